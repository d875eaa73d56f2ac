import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { apiKeys } from "../support/users-file.ts";
import { signToken } from "../support/token.ts";
import { ada, type ClientScene, openClientScene } from "./scene.ts";

let scene: ClientScene;
let gateway: ReturnType<ClientScene["client"]>;

beforeAll(async () => {
  scene = await openClientScene();
  gateway = scene.client(ada);
});
afterAll(() => scene.close());

describe("an answer has the service's own types", () => {
  test("data of a path with a parameter", async () => {
    const { data, error, status } = await gateway.library.books({ id: 1 }).get();
    // A date has become a text, and its type says so.
    const added: string | undefined = data?.added;
    expect([data?.title, added, error, status]).toEqual(["Middlemarch", "1970-01-01T00:00:00.000Z", null, 200]);
  });

  test("a status that is declared narrows the service's own error", async () => {
    const { data, error } = await gateway.library.books({ id: 9 }).get();
    if (error?.code !== "SERVICE_ERROR") throw new Error(`wanted the service's own error, got ${error?.code}`);
    expect([data, error.status, error.value.message, error.requestId]).toEqual([
      null,
      404,
      "no such book",
      expect.stringMatching(/^[\w-]{36}$/),
    ]);
  });

  test("a body, and a status other than 200", async () => {
    const answer = await gateway.library.books.post({ title: "Emma", pages: 474 });
    if (answer.status !== 201 || answer.error !== null) throw new Error(`got ${answer.status}`);
    expect(answer.data).toEqual({ id: 2, title: "Emma", pages: 474 });
    expect(answer.headers.get("x-request-id")).not.toBeNull();
  });

  test("a query with lists, and headers", async () => {
    const { data } = await gateway.library.books.get({ query: { author: "a&b=c", limit: 3, tags: ["x", "y"] } });
    expect(data).toEqual({ author: "a&b=c", limit: 3, tags: ["x", "y"] });
    expect((await gateway.library.guarded.get({ headers: { "x-tenant": "blue" } })).data).toBe("blue");
    expect((await gateway.library.me.get({ headers: { "x-tenant": "red" } })).data).toMatchObject({
      user: "ada",
      tenant: "red",
    });
  });

  test("a body that does not fit is the service's 422", async () => {
    const { error } = await gateway.library.books.post({ title: "" });
    expect([error?.code, error?.status]).toEqual(["SERVICE_ERROR", 422]);
  });

  test("a file travels as a form", async () => {
    const file = new File(["0123456789"], "cover.png", { type: "image/png" });
    expect((await gateway.library.covers.post({ name: "front", file })).data).toEqual({ name: "front", bytes: 10 });
  });

  test.each<[string, unknown, string]>([
    ["bytes", new TextEncoder().encode("abc"), "application/octet-stream"],
    ["a buffer", new TextEncoder().encode("abc").buffer, "application/octet-stream"],
    ["a blob", new Blob(["abc"], { type: "text/x-a" }), "text/x-a"],
    ["form fields", new URLSearchParams({ abc: "" }), "application/x-www-form-urlencoded"],
  ])("%s is sent as it is", async (_, body, type) => {
    const { data } = await gateway.open.raw.post(body as never);
    expect(data?.text.replace("=", "")).toBe("abc");
    expect(data?.type).toStartWith(type);
  });

  test("numbers, texts that look like one, bytes, and nothing", async () => {
    expect((await gateway.library.number.get()).data).toBe(42);
    expect((await gateway.library.text.get()).data).toBe("007");
    expect(new Uint8Array(Object((await gateway.library.bytes.get()).data))).toEqual(new Uint8Array([1, 2, 3]));
    const removed = await gateway.library.books({ id: 1 }).delete();
    expect([removed.status, removed.data, removed.error]).toEqual([204, undefined, null]);
    expect((await gateway.library.books({ id: 1 }).get()).status).toBe(200);
  });

  test("a value never leaves its segment of the path", async () => {
    const pages = async (page: string) => (await gateway.library.books({ id: "ä b" }).pages({ page }).get()).data;
    expect(await pages("50%?x=1#y")).toEqual({ id: "ä b", page: "50%?x=1#y" });
    expect(await pages("~path")).toEqual({ id: "ä b", page: "~path" });
    for (const page of ["", ".", ".."])
      expect(() => gateway.library.books({ id: "1" }).pages({ page })).toThrow("wanted a segment of a path");
    // The gateway does not take an escaped slash for anything.
    const { error } = await gateway.library.books({ id: "../../users" }).get();
    expect(error?.code).toBe("INVALID_REQUEST");
  });
});

describe("who refuses", () => {
  test("the gateway: its code narrows the details", async () => {
    const { error } = await scene.client().library.books({ id: 1 }).get();
    if (error?.code !== "AUTH_ERROR") throw new Error(`wanted AUTH_ERROR, got ${error?.code}`);
    expect([error.status, error.details.reason, error.value.error.code]).toEqual([401, "missing", "AUTH_ERROR"]);
    expect(error).toBeInstanceOf(Error);
    expect(error.requestId).toMatch(/^[\w-]{36}$/);
  });

  test("a code under a status that is not its own is the service's", async () => {
    const { error } = await gateway.library.imitation.get();
    expect([error?.code, error?.status]).toEqual(["SERVICE_ERROR", 429]);
  });

  test("a 401 of the service's own costs no login", async () => {
    const { error } = await gateway.library.denied.get();
    if (error?.code !== "SERVICE_ERROR" || error.status !== 401) throw new Error(`got ${error?.code}`);
    expect(error.value.why).toBe("the service's own reasons");
  });

  test("nobody: NO_ANSWER", async () => {
    const away = scene.client(undefined, {
      retries: 0,
      fetch: (url, init) => fetch(url.replace(String(scene.gateway.port), "1"), init),
    });
    const answer = await away.open.number.get();
    expect([answer.status, answer.error?.code, answer.response]).toEqual([0, "NO_ANSWER", undefined]);
    expect(answer.error?.cause).toBeInstanceOf(Error);
  });
});

describe("credentials", () => {
  test("of each kind say who calls", async () => {
    const userOf = async (client: typeof gateway) => (await client.library.me.get()).data?.user;
    expect(await userOf(scene.client({ clientId: "reporter", clientSecret: "a-client-secret-of-the-tests" }))).toBe(
      "reporter",
    );
    expect(await userOf(scene.client({ apiKey: apiKeys.reader }))).toBe("reader");
    expect(await userOf(scene.client({ token: signToken({ sub: "ben" }) }))).toBe("ben");
    expect(await userOf(scene.client({ token: async () => signToken({ sub: "cyd" }) }))).toBe("cyd");
    expect(await userOf(scene.client(() => signToken({ sub: "eve 100%" })))).toBe("eve%20100%25");
  });

  test("a wrong password is the call's error, and shown to the gateway once", async () => {
    let logins = 0;
    const client = scene.client(
      { username: "nobody-here", password: "wrong" },
      {
        fetch(url, init) {
          if (url.endsWith("/auth/token")) logins += 1;
          return fetch(url, init);
        },
      },
    );
    const answers = await Promise.all([1, 2, 3].map(() => client.library.number.get()));
    answers.push(await client.library.number.get());
    for (const { error, status } of answers)
      expect([status, error?.code, error?.details]).toEqual([
        401,
        "AUTH_ERROR",
        { reason: "bad_credentials", oauth_error: "invalid_grant" },
      ]);
    expect(logins).toBe(1);
  });
});
