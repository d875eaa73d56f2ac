import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { type AuthScene, openAuthScene } from "../support/auth-scene.ts";
import { handMadeToken } from "../support/hand-made-token.ts";
import { apiKeys } from "../support/users-file.ts";

let scene: AuthScene;
beforeAll(async () => {
  scene = await openAuthScene();
});
afterAll(() => scene.close());

const tokenWith = (scope: unknown): Promise<string> => handMadeToken({ scope });

describe("scopes", () => {
  const reading = ["GET", "HEAD"];
  const writing = ["POST", "PUT", "PATCH", "DELETE", "OPTIONS"];

  test.each([
    ["read", reading, writing],
    ["write", writing, reading],
    ["read write", [...reading, ...writing], []],
    ["admin", [...reading, ...writing], []],
    ["service", [], [...reading, ...writing]],
    ["", [], [...reading, ...writing]],
    ["admin:* reader readwrite read:all Read WRITE", [], [...reading, ...writing]],
  ])("%p lets pass what it says, by method", async (scope, passing, refused) => {
    const token = await tokenWith(scope);
    for (const method of passing) expect((await scene.call("/guarded", token, { method })).status).toBe(200);
    scene.reached();
    for (const method of refused) expect((await scene.call("/guarded", token, { method })).status).toBe(403);
    expect(scene.reached()).toBe(false);
  });

  test.each([
    ["all of a route's scopes", "/reports", "read reports", 200],
    ["all of them, in another order and among others", "/reports", "x reports read", 200],
    ["one of two", "/reports", "read", 403],
    ["the other one", "/reports", "reports", 403],
    ["admin, which stands for read alone of the two", "/reports", "admin", 403],
    ["admin and the other one", "/reports", "admin reports", 200],
    ["admin where admin is wanted", "/admins", "admin", 200],
    ["everything but admin", "/admins", "read write service admin:*", 403],
  ])("%s", async (_, path, scope, status) => {
    for (const method of ["GET", "POST"]) {
      expect((await scene.call(path, await tokenWith(scope), { method })).status).toBe(status);
    }
  });

  test("may be a list, and stand in scp", async () => {
    expect((await scene.call("/guarded", await tokenWith(["read"]))).status).toBe(200);
    expect((await scene.call("/guarded", await handMadeToken({ scope: undefined, scp: ["read"] }))).status).toBe(200);
    expect((await scene.call("/guarded", await handMadeToken({ scope: undefined, scp: "read" }))).status).toBe(200);
    expect((await scene.call("/guarded", await handMadeToken({ scope: "", scp: "admin" }))).status).toBe(403);
    expect((await scene.call("/guarded", await tokenWith([["admin"]]))).status).toBe(401);
  });

  test("a refusal names what is needed, and nothing of what there is", async () => {
    const answer = await scene.call("/reports", await tokenWith("something"));
    expect([answer.status, answer.code]).toEqual([403, "INSUFFICIENT_SCOPE"]);
    expect(answer.details).toEqual({ required_scopes: ["read", "reports"] });
    expect(answer.headers.get("www-authenticate")).toBe(
      'Bearer realm="gateway", error="insufficient_scope", scope="read reports"',
    );
    expect(answer.text).not.toContain("something");
  });

  test("users of the users file have theirs, letter by letter", async () => {
    const ben = (await scene.logIn("ben")).access;
    const cyd = (await scene.logIn("cyd")).access;
    const get = async (token: string, path: string) => (await scene.call(path, token)).status;
    expect([await get(ben, "/guarded"), await get(ben, "/reports"), await get(cyd, "/guarded")]).toEqual([
      200, 403, 403,
    ]);
    expect((await scene.call("/services", cyd)).status).toBe(403);
  });

  test("API keys have theirs", async () => {
    const call = async (key: string, method: string) =>
      (await scene.call("/guarded", undefined, { method, headers: { "x-api-key": key } })).status;
    expect([await call(apiKeys.reader, "GET"), await call(apiKeys.reader, "POST")]).toEqual([200, 403]);
    expect([await call(apiKeys.writer, "GET"), await call(apiKeys.writer, "POST")]).toEqual([403, 200]);
  });
});
