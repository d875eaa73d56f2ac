import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { createRemoteJWKSet, decodeJwt, decodeProtectedHeader, jwtVerify } from "jose";
import { type AuthScene, openAuthScene } from "../support/auth-scene.ts";
import { handMadeToken } from "../support/hand-made-token.ts";
import type { RawRequest } from "../support/raw-upstream.ts";
import { apiKeys } from "../support/users-file.ts";

let scene: AuthScene;
let token: string;
beforeAll(async () => {
  scene = await openAuthScene();
  token = (await scene.logIn("ada", "read write")).access;
});
afterAll(() => scene.close());

/** What the service got of a request with exactly these header lines. */
async function gotBy(path: string, lines: readonly string[]): Promise<RawRequest> {
  const before = scene.service.requests.length;
  const { status, body } = await scene.raw(path, lines);
  const got = scene.service.requests[before];
  if (got === undefined) throw new Error(`not forwarded: ${status} ${body}`);
  return got;
}

/** All header lines that could be taken for a word about the caller. */
const aboutCaller = ({ headers }: RawRequest) =>
  headers
    .filter(([name]) => /auth|user|scope|key/i.test(name) && name.toLowerCase() !== "user-agent")
    .map(([name, value]) => `${name.toLowerCase()}: ${value}`)
    .sort();

const spoofed = [
  "X-Authenticated-User: root",
  "x-authenticated-user: root",
  "X-AUTHENTICATED-SCOPES: admin",
  "X_Authenticated_User: root",
  "X-Authenticated_User: root",
  "x_authenticated-scopes: admin",
  "X-Authenticated-Assertion: e30.e30.",
  "X-Authenticated-Groups: wheel",
];
const identity = ["x-authenticated-scopes: read write", "x-authenticated-user: ada"];

describe("what the service is told", () => {
  test("on a guarded route: who it is and what it may, and not how it proved that", async () => {
    const got = await gotBy("/guarded", [`Authorization: Bearer ${token}`]);
    expect(aboutCaller(got)).toEqual(identity);
    expect(got.head).not.toContain(token.slice(0, 30));
  });

  test("what callers say of themselves is gone, in any spelling", async () => {
    const got = await gotBy("/guarded", [...spoofed, `Authorization: Bearer ${token}`, ...spoofed]);
    expect(aboutCaller(got)).toEqual(identity);
  });

  test("also on an open route, with a token and without", async () => {
    expect(aboutCaller(await gotBy("/open", spoofed))).toEqual([]);
    expect(aboutCaller(await gotBy("/open", [...spoofed, `Authorization: Bearer ${token}`]))).toEqual([]);
    expect(aboutCaller(await gotBy("/trusted-open", spoofed))).toEqual([]);
  });

  test.each([
    "X-Authenticated-User",
    "x-authenticated-user, x-authenticated-scopes",
    "close, X-Authenticated-User",
    "Authorization",
  ])("a Connection header that names %p takes nothing away", async (names) => {
    const got = await gotBy("/guarded", [`Connection: ${names}`, `Authorization: Bearer ${token}`]);
    expect(aboutCaller(got)).toEqual(identity);
  });

  test.each([
    ["with a space and a percent sign", "eve 100%", "eve%20100%25"],
    ["with letters of all kinds", "Zoë 名前", "Zo%C3%AB%20%E5%90%8D%E5%89%8D"],
    ["with commas and colons", "cn=a,dc=b:c", "cn=a,dc=b:c"],
  ])("a name %s arrives as text that can be decoded", async (_, sub, sent) => {
    const got = await gotBy("/guarded", [`Authorization: Bearer ${await handMadeToken({ sub })}`]);
    expect(got.header("x-authenticated-user")).toBe(sent);
    expect(decodeURIComponent(sent)).toBe(sub);
  });

  test("an API key's name and scopes, and not the key", async () => {
    const got = await gotBy("/guarded", [`X-API-Key: ${apiKeys.reader}`]);
    expect(aboutCaller(got)).toEqual(["x-authenticated-scopes: read", "x-authenticated-user: reader"]);
  });
});

describe("credentials", () => {
  const bearer = () => `Authorization: Bearer ${token}`;

  test("reach the service where the route says so, the API key never", async () => {
    const got = await gotBy("/trusted", [bearer()]);
    expect(got.header("authorization")).toBe(`Bearer ${token}`);
    expect((await gotBy("/trusted-open", [bearer()])).header("authorization")).toBe(`Bearer ${token}`);
    for (const path of ["/trusted", "/trusted-open", "/open"]) {
      expect((await gotBy(path, [`X-API-Key: ${apiKeys.reader}`])).header("x-api-key")).toBeUndefined();
    }
  });

  test.each([
    ["as it should be", () => [bearer()]],
    ["in lower case", () => [`authorization: bearer ${token}`]],
    ["twice", () => [bearer(), bearer()]],
    ["behind another one", () => ["Authorization: Basic YTpi", bearer()]],
    ["in one line with another one", () => [`Authorization: Basic YTpi, Bearer ${token}`]],
    ["after a tab", () => [`Authorization: Bearer\t${token}`]],
    ["after two spaces", () => [`Authorization: Bearer  ${token}`]],
    ["with a comma behind it", () => [`Authorization: Bearer ${token},`]],
  ])("do not reach the service of an open route: %s", async (_, lines) => {
    expect((await gotBy("/open", lines())).head).not.toContain(token);
  });

  test("for the service itself pass on an open route", async () => {
    const got = await gotBy("/open", ["Authorization: Basic YTpiZWFyZXI="]);
    expect(got.header("authorization")).toBe("Basic YTpiZWFyZXI=");
    expect((await gotBy("/open", ["Authorization: Digest x=bearer"])).header("authorization")).toBe("Digest x=bearer");
  });
});

describe("an assertion", () => {
  const assertionOf = async (credentials = `Authorization: Bearer ${token}`): Promise<string> =>
    (await gotBy("/asserted", [credentials])).header("x-authenticated-assertion") ?? "";
  const keys = () => createRemoteJWKSet(new URL(`${scene.gateway.url}/.well-known/jwks.json`));

  test("is one that jose verifies with the published keys, for this service and for a minute", async () => {
    const assertion = await assertionOf();
    const { payload, protectedHeader } = await jwtVerify(assertion, keys(), {
      audience: "echo_service",
      issuer: "isaas-gateway",
      typ: "gateway-assertion+jwt",
      algorithms: ["EdDSA"],
      requiredClaims: ["exp", "iat", "jti"],
    });
    expect(protectedHeader.kid).toBeString();
    expect([payload.sub, payload["scope"]]).toEqual(["ada", "read write"]);
    expect((payload.exp ?? 0) - (payload.iat ?? 0)).toBe(60);
  });

  test("is for no other service", async () => {
    const refused = jwtVerify(await assertionOf(), keys(), { audience: "other_service" });
    await expect(refused).rejects.toThrow('"aud"');
  });

  test("says who it is for each caller, and is not sent where nobody asked for it", async () => {
    expect(decodeJwt(await assertionOf(`X-API-Key: ${apiKeys.reader}`)).sub).toBe("reader");
    const eve = (await scene.logIn("ben")).access;
    expect(decodeJwt(await assertionOf(`Authorization: Bearer ${eve}`)).sub).toBe("ben");
    const got = await gotBy("/guarded", [`Authorization: Bearer ${token}`]);
    expect(got.header("x-authenticated-assertion")).toBeUndefined();
  });

  test("replaces what the caller says it is", async () => {
    const got = await gotBy("/asserted", [...spoofed, `Authorization: Bearer ${token}`]);
    const assertions = got.headers.filter(([name]) => name.toLowerCase() === "x-authenticated-assertion");
    expect(assertions).toHaveLength(1);
    expect(decodeProtectedHeader(assertions[0]?.[1] ?? "").alg).toBe("EdDSA");
  });

  test("is no access token", async () => {
    const assertion = await assertionOf();
    const answer = await scene.call("/guarded", assertion);
    expect([answer.status, answer.details["reason"]]).toEqual([401, "bad_signature"]);
    expect((await scene.call("/users/me", assertion)).status).toBe(401);
  });

  test("the published keys have no private half", async () => {
    const answer = await fetch(`${scene.gateway.url}/.well-known/jwks.json`);
    const { keys: published } = (await answer.json()) as { keys: Record<string, unknown>[] };
    expect(published.map((key) => Object.keys(key).sort())).toEqual([["alg", "crv", "kid", "kty", "use", "x"]]);
  });
});
