import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { decodeJwt, decodeProtectedHeader } from "jose";
import { type AuthScene, openAuthScene } from "../support/auth-scene.ts";
import { clientSecret, password } from "../support/users-file.ts";

let scene: AuthScene;
beforeAll(async () => {
  scene = await openAuthScene({ ACCESS_TOKEN_EXPIRE_MINUTES: "5" });
});
afterAll(() => scene.close());

const json = { "content-type": "application/json" };
const basic = (id: string, secret: string) => ({ authorization: `Basic ${btoa(`${id}:${secret}`)}` });

describe("with a password", () => {
  test("the answer is that of RFC 6749 section 5.1, and nobody may keep it", async () => {
    const { status, headers, body } = await scene.ask({ grant_type: "password", username: "ada", password });
    expect(status).toBe(200);
    expect(body).toEqual({
      access_token: expect.stringMatching(/^[\w-]+\.[\w-]+\.[\w-]+$/),
      token_type: "bearer",
      expires_in: 300,
      scope: "read write admin",
      refresh_token: expect.stringMatching(/^gwr_/),
    });
    expect(headers.get("cache-control")).toBe("no-store");
    expect(headers.get("pragma")).toBe("no-cache");
    expect(headers.get("content-type")).toContain("application/json");
  });

  test("the token is one of RFC 9068 with all that it has to say", async () => {
    const { access } = await scene.logIn("ben");
    expect(decodeProtectedHeader(access)).toEqual({ alg: "HS256", typ: "at+jwt" });
    const { iat = 0, ...claims } = decodeJwt(access);
    expect(claims).toEqual({
      sub: "ben",
      scope: "read",
      sid: expect.any(String),
      nbf: iat,
      exp: iat + 300,
      jti: expect.stringMatching(/^[\w-]{22}$/),
    });
  });

  test("grant_type may be left out, and a JSON body does as well", async () => {
    expect((await scene.ask({ username: "ada", password })).status).toBe(200);
    const answer = await scene.post("/auth/token", JSON.stringify({ username: "ada", password, scope: "read" }), json);
    expect([answer.status, answer.body["scope"]]).toEqual([200, "read"]);
  });

  test.each([
    ["one of several", "read", "read"],
    ["more than there is", "read service root", "read"],
    ["nothing that there is", "root", ""],
    ["part of a scope", "adm", ""],
    ["an empty text means all", "", "read write admin"],
    ["in any order, and twice", "write read write", "read write"],
  ])("scopes are cut to what the user has: %s", async (_, scope, granted) => {
    const { status, body } = await scene.ask({ username: "ada", password, scope });
    expect([status, body["scope"]]).toEqual([200, granted]);
    expect(decodeJwt(String(body["access_token"]))["scope"]).toBe(granted);
  });

  test.each([
    ["a wrong password", { username: "ada", password: "wrong" }],
    ["an unknown user", { username: "nobody", password }],
    ["a disabled user with the right password", { username: "dora", password }],
    ["a name with a space behind it", { username: "ada ", password }],
    ["a name in capitals", { username: "ADA", password }],
    ["a password of 2,000 bytes", { username: "ada", password: "x".repeat(2000) }],
    ["a lone half of a surrogate pair", { username: "ada", password: "\ud800" }],
    ["a password with NUL in it", { username: "ada", password: `${password}\0` }],
    ["__proto__", { username: "__proto__", password }],
  ])("%s is 401 with the same answer", async (_, parameters) => {
    const { status, headers, code, details, text } = await scene.post("/auth/token", JSON.stringify(parameters), json);
    expect([status, code, details]).toEqual([
      401,
      "AUTH_ERROR",
      { reason: "bad_credentials", oauth_error: "invalid_grant" },
    ]);
    expect(headers.get("www-authenticate")).toBe('Bearer realm="gateway"');
    expect(headers.get("cache-control")).toBe("no-store");
    // A request id may well have a name of three hexadecimal digits in it.
    expect(text.replace(/"request_id":"[^"]*"/, "")).not.toContain(parameters.username);
  });
});

describe("with a client's secret", () => {
  const grant = { grant_type: "client_credentials" };
  const inBody = { ...grant, client_id: "billing", client_secret: clientSecret };

  test.each([
    ["in the body", inBody, {}],
    ["by Basic", grant, basic("billing", clientSecret)],
    ["by Basic in lower case", grant, { authorization: `basic ${btoa(`billing:${clientSecret}`)}` }],
    ["by Basic, form-encoded", grant, basic("bil%6cing", encodeURIComponent(clientSecret))],
    ["by Basic, with its id in the body too", { ...grant, client_id: "billing" }, basic("billing", clientSecret)],
  ])("%s there is a token without a refresh token", async (_, parameters, headers) => {
    const { status, body } = await scene.ask(parameters, headers);
    expect([status, Object.keys(body)]).toEqual([200, ["access_token", "token_type", "expires_in", "scope"]]);
    expect(decodeJwt(String(body["access_token"]))).toMatchObject({
      sub: "billing",
      client_id: "billing",
      services: ["billing_service"],
      scope: "service read",
    });
  });

  test.each([
    ["a wrong secret", { ...inBody, client_secret: "wrong" }, {}],
    ["an unknown client", { ...inBody, client_id: "nobody" }, {}],
    ["a disabled client", { ...inBody, client_id: "closed" }, {}],
    ["no client at all", grant, {}],
    ["no secret", { ...grant, client_id: "billing" }, {}],
    ["an empty secret by Basic", grant, basic("billing", "")],
    ["a user's name and password", { ...inBody, client_id: "ada", client_secret: password }, {}],
    ["a bearer token", grant, { authorization: "Bearer x" }],
  ])("%s is 401 invalid_client", async (_, parameters, headers) => {
    const answer = await scene.ask(parameters, headers);
    expect([answer.status, answer.code, answer.details["oauth_error"]]).toEqual([401, "AUTH_ERROR", "invalid_client"]);
    expect(answer.headers.get("www-authenticate")).toStartWith("Basic ");
  });

  test.each([
    ["Basic and the secret in the body", inBody, basic("billing", clientSecret)],
    ["Basic of one and the id of another", { ...grant, client_id: "reporter" }, basic("billing", clientSecret)],
    ["Basic without a colon", grant, { authorization: `Basic ${btoa("billing")}` }],
  ])("%s is 400", async (_, parameters, headers) => {
    const answer = await scene.ask(parameters, headers);
    expect([answer.status, answer.details["oauth_error"]]).toEqual([400, "invalid_request"]);
  });

  test("a client that says who it is beside a user has to prove it", async () => {
    const parameters = { username: "ada", password, client_id: "reporter", client_secret: "wrong" };
    const answer = await scene.ask(parameters);
    expect([answer.status, answer.details["oauth_error"]]).toEqual([401, "invalid_client"]);
    expect((await scene.ask({ ...parameters, client_secret: clientSecret })).status).toBe(200);
  });
});

describe("a request that is none", () => {
  const secret = "planted-secret";
  const cases: readonly (readonly [string, string, Record<string, string>, string, string])[] = [
    ["an unknown grant", `grant_type=${secret}`, {}, "unsupported_grant_type", "grant_type"],
    ["implicit", "grant_type=token", {}, "unsupported_grant_type", "grant_type"],
    ["nothing", "", {}, "invalid_request", "username"],
    ["no password", `username=${secret}`, {}, "invalid_request", "password"],
    ["an empty password", `username=${secret}&password=`, {}, "invalid_request", "password"],
    ["no refresh token", "grant_type=refresh_token", {}, "invalid_request", "refresh_token"],
    ["a name twice", `username=ada&username=${secret}&password=x`, {}, "invalid_request", "username"],
    ["a grant twice", "grant_type=password&grant_type=refresh_token", {}, "invalid_request", "grant_type"],
    ["more than 16 KiB", `username=${"a".repeat(17_000)}&password=${secret}`, {}, "invalid_request", "body"],
    ["a scope with a quotation mark", `username=ada&password=${secret}&scope=%22`, {}, "invalid_scope", "scope"],
    ["broken JSON", `{"username":"${secret}"`, json, "invalid_request", "body"],
    ["a JSON list", `["${secret}"]`, json, "invalid_request", "body"],
    ["JSON null", "null", json, "invalid_request", "body"],
    ["deep JSON", "[".repeat(16_000), json, "invalid_request", "body"],
    ["a number in JSON", `{"username":7,"password":"${secret}"}`, json, "invalid_request", "username"],
    ["a name twice in JSON", `{"username":"a","username":"b","password":"c"}`, json, "invalid_request", "body"],
    ["JSON that says it is a form", `{"username":"${secret}"}`, {}, "invalid_request", "username"],
  ];
  test.each(cases)("%s is 400, and nothing of it comes back", async (_, body, headers, oauthError, path) => {
    const form = { "content-type": "application/x-www-form-urlencoded" };
    const answer = await scene.post("/auth/token", body, { ...form, ...headers });
    expect([answer.status, answer.code, answer.details["oauth_error"]]).toEqual([400, "INVALID_REQUEST", oauthError]);
    expect(answer.details["problems"]).toEqual([{ path, message: expect.any(String) }]);
    expect(answer.text).not.toContain(secret);
  });

  test("more than MAX_BODY_BYTES is 413 before it is read", async () => {
    const answer = await scene.post("/auth/token", "x".repeat(11 * 1024 * 1024));
    expect([answer.status, answer.code]).toEqual([413, "PAYLOAD_TOO_LARGE"]);
  });

  test("credentials in the query are not looked at", async () => {
    const answer = await scene.post(`/auth/token?username=ada&password=${encodeURIComponent(password)}`, "");
    expect([answer.status, answer.details["oauth_error"]]).toEqual([400, "invalid_request"]);
  });

  test("GET is 405", async () => {
    const answer = await scene.call("/auth/token");
    expect([answer.status, answer.headers.get("allow")]).toEqual([405, "POST"]);
  });
});
