import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { type AuthScene, openAuthScene } from "../support/auth-scene.ts";
import { apiKeys } from "../support/users-file.ts";

let scene: AuthScene;
let token: string;
beforeAll(async () => {
  scene = await openAuthScene();
  token = (await scene.logIn()).access;
});
afterAll(() => scene.close());

/** The status, and the reason if it is a refusal. */
async function endOf(lines: readonly string[], path = "/guarded"): Promise<string> {
  const answer = await scene.raw(path, lines);
  const reason = /"reason":"(\w+)"/.exec(answer.body)?.[1];
  return [answer.status, reason].filter((part) => part !== undefined).join(" ");
}

describe("on the wire", () => {
  test.each([
    ["Bearer", "200"],
    ["bearer", "200"],
    ["BEARER", "200"],
    ["Bearer ", "200"],
    ["Bearer\t", "401 malformed"],
    ["Bearer:", "401 malformed"],
    ["Token", "401 malformed"],
    ["Basic", "401 malformed"],
    ["", "401 malformed"],
  ])("a token after %j ends with %s", async (scheme, end) => {
    expect(await endOf([`Authorization: ${scheme} ${token}`])).toBe(end);
  });

  test("the token alone, the scheme alone and nothing are no credentials", async () => {
    expect(await endOf([`Authorization: ${token}`])).toBe("401 malformed");
    expect(await endOf(["Authorization: Bearer"])).toBe("401 malformed");
    expect(await endOf(["Authorization:"])).toBe("401 malformed");
    expect(await endOf([])).toBe("401 missing");
  });

  test("two Authorization headers are refused, whatever they say and in whichever order", async () => {
    const good = `Authorization: Bearer ${token}`;
    for (const lines of [
      [good, good],
      [good, "Authorization: Bearer x"],
      ["authorization: Basic YTpi", good],
      [good, "AUTHORIZATION: Basic YTpi"],
    ]) {
      expect(await endOf(lines)).toBe("401 malformed");
    }
  });

  test("a token with something in or around it is refused", async () => {
    const [head = "", payload = "", signature = ""] = token.split(".");
    const changed = [
      `"${token}"`,
      `${token},`,
      `${token}=`,
      `${token}.`,
      `${token}.${head}.${payload}`,
      `${head}.${payload}`,
      `${head}.${payload}.`,
      `.${payload}.${signature}`,
      `${head}..${signature}`,
      `${head} .${payload}.${signature}`,
      `%65${token.slice(1)}`,
    ];
    for (const one of changed) expect(await endOf([`Authorization: Bearer ${one}`])).toStartWith("401 ");
  });

  test("a token of 9 KiB is refused unread, and one of 17 KiB before that", async () => {
    expect(await endOf([`Authorization: Bearer ${"a".repeat(9000)}`])).toBe("401 malformed");
    expect(await endOf([`Authorization: Bearer ${"a.".repeat(4500)}`])).toBe("401 malformed");
    expect(await endOf([`Authorization: Bearer ${"a".repeat(17 * 1024)}`])).toBe("431");
  });

  test("a token in the query or in a cookie is none", async () => {
    for (const name of ["token", "access_token", "bearer", "Authorization"]) {
      expect(await endOf([], `/guarded?${name}=${token}`)).toBe("401 missing");
      expect(await endOf([`Cookie: ${name}=${token}`])).toBe("401 missing");
    }
  });

  test("other headers do not stand in for Authorization", async () => {
    for (const name of ["Proxy-Authorization", "X-Authorization", "X-Forwarded-Authorization", "Authorization_"]) {
      expect(await endOf([`${name}: Bearer ${token}`])).toBe("401 missing");
    }
  });

  test("who says who it is is nobody", async () => {
    const lines = ["X-Authenticated-User: ada", "X-Authenticated-Scopes: admin", "X-Forwarded-User: ada"];
    expect(await endOf(lines)).toBe("401 missing");
  });

  test("another spelling of the path passes no guard", async () => {
    scene.reached();
    for (const path of [
      "/guarded/",
      "/open/../guarded",
      "/open/%2e%2e/guarded/x",
      "//guarded",
      "/guarded;x",
      "/GUARDED",
    ]) {
      expect((await scene.raw(path, [])).status).toBeOneOf([400, 401, 404]);
    }
    expect(scene.reached()).toBe(false);
  });
});

describe("an API key", () => {
  test.each([
    ["that counts", [`X-API-Key: ${apiKeys.reader}`], "200"],
    ["with the header in lower case", [`x-api-key: ${apiKeys.reader}`], "200"],
    ["that is nobody's", ["X-API-Key: nobody"], "401 bad_signature"],
    ["in capitals", [`X-API-Key: ${apiKeys.reader.toUpperCase()}`], "401 bad_signature"],
    ["that is disabled", [`X-API-Key: ${apiKeys.disabled}`], "401 revoked"],
    ["that is over", [`X-API-Key: ${apiKeys.over}`], "401 expired"],
    ["twice", [`X-API-Key: ${apiKeys.reader}`, `X-API-Key: ${apiKeys.reader}`], "401 malformed"],
    ["that is empty", ["X-API-Key:"], "401 malformed"],
    ["of 600 characters", [`X-API-Key: ${"k".repeat(600)}`], "401 malformed"],
    ["as a bearer token", [`Authorization: Bearer ${apiKeys.reader}`], "401 malformed"],
  ])("%s", async (_, lines, end) => {
    expect(await endOf(lines)).toBe(end);
  });

  test("beside a token is refused, though each of the two counts", async () => {
    expect(await endOf([`X-API-Key: ${apiKeys.reader}`, `Authorization: Bearer ${token}`])).toBe("401 malformed");
  });

  test("its hash does not open anything", async () => {
    const hash = new Bun.CryptoHasher("sha256").update(apiKeys.reader).digest("hex");
    expect(await endOf([`X-API-Key: ${hash}`])).toBe("401 bad_signature");
    expect(await endOf([`X-API-Key: sha256:${hash}`])).toBe("401 bad_signature");
  });
});
