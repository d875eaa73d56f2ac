import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type InProcessGateway, routeSetting, startInProcess } from "../../support/in-process.ts";
import { signToken } from "../../support/token.ts";
import { apiKeys, clientSecret, password, usersContent } from "../../support/users-file.ts";

const directory = mkdtempSync(join(tmpdir(), "auth-"));
const usersFile = join(directory, "users.json");
const service = Bun.serve({
  port: 0,
  hostname: "127.0.0.1",
  fetch: ({ headers }) => Response.json(Object.fromEntries([...headers].filter(([name]) => name.startsWith("x-auth")))),
});
let gateway: InProcessGateway;

beforeAll(async () => {
  writeFileSync(usersFile, JSON.stringify(await usersContent()));
  gateway = await startInProcess({
    environment: { USERS_FILE: usersFile, TOKEN_ALGORITHM: "EdDSA", A_SERVICE_URL: service.url.origin },
    routes: [
      routeSetting({
        service: "a_service",
        path_prefix: "/api/v1/a",
        auth_required: true,
        plugins: { auth: { forward_token: false, assertion: true } },
      }),
    ],
  });
});
afterAll(async () => {
  await gateway.stop();
  await service.stop(true);
  rmSync(directory, { recursive: true });
});

type Body = Readonly<Record<string, unknown>>;

async function post(path: string, form: Readonly<Record<string, string>>, headers: Record<string, string> = {}) {
  const answer = await fetch(`${gateway.url}${path}`, { method: "POST", headers, body: new URLSearchParams(form) });
  const body = (await answer.json()) as Body;
  return { status: answer.status, body, error: Object(body["error"]) as Body };
}
const token = (form: Readonly<Record<string, string>>, headers?: Record<string, string>) =>
  post("/api/v1/auth/token", form, headers);

async function get(path: string, headers: Record<string, string>) {
  const answer = await fetch(`${gateway.url}${path}`, { headers });
  return { status: answer.status, body: (await answer.json()) as Body };
}
const bearer = (of: Body) => ({ authorization: `Bearer ${String(of["access_token"])}` });

test("a password gets a pair of tokens, the refresh token the next pair, and once", async () => {
  const first = await token({ username: "ada", password, scope: "read other" });
  expect(first).toMatchObject({ status: 200, body: { token_type: "bearer", expires_in: 1800, scope: "read" } });
  expect((await get("/api/v1/users/me", bearer(first.body))).body).toEqual({
    username: "ada",
    email: "ada@example.org",
    full_name: "Ada Lovelace",
    disabled: false,
    scopes: ["read"],
  });
  const refresh = { grant_type: "refresh_token", refresh_token: String(first.body["refresh_token"]) };
  const next = await token(refresh);
  expect(next.status).toBe(200);
  expect((await get("/api/v1/a/x", bearer(next.body))).body).toMatchObject({ "x-authenticated-user": "ada" });
  expect(await token(refresh)).toMatchObject({ status: 401, error: { details: { oauth_error: "invalid_grant" } } });
  expect((await get("/api/v1/users/me", bearer(next.body))).status).toBe(401);
});

test("a client gets a token by Basic or in the body, without a refresh token", async () => {
  const grant = { grant_type: "client_credentials" };
  const basic = { authorization: `Basic ${Buffer.from(`billing:${clientSecret}`).toString("base64")}` };
  const answers = [
    await token(grant, basic),
    await token({ ...grant, client_id: "billing", client_secret: clientSecret }),
  ];
  for (const { status, body } of answers) {
    expect([status, body["scope"], body["refresh_token"]]).toEqual([200, "service read", undefined]);
    expect((await get("/api/v1/users/me", bearer(body))).body).toMatchObject({ username: "billing", email: null });
  }
  expect(await token(grant)).toMatchObject({ status: 401, error: { details: { oauth_error: "invalid_client" } } });
});

test("a login that a client makes for a user can be refreshed by that client alone", async () => {
  const client = { client_id: "reporter", client_secret: clientSecret };
  const { body } = await token({ username: "ben", password, ...client });
  const refresh = { grant_type: "refresh_token", refresh_token: String(body["refresh_token"]) };
  expect((await token(refresh)).status).toBe(401);
  expect((await token({ ...refresh, ...client })).status).toBe(200);
});

test.each([
  [{ grant_type: "implicit" }, "unsupported_grant_type"],
  [{ username: "ada" }, "invalid_request"],
  [{ grant_type: "refresh_token" }, "invalid_request"],
  [{ username: "ada", password: "x", scope: 'a"b' }, "invalid_scope"],
])("%j is malformed: %s", async (form, oauthError) => {
  expect(await token(form as Record<string, string>)).toMatchObject({
    status: 400,
    error: { code: "INVALID_REQUEST", details: { oauth_error: oauthError } },
  });
});

test("what is revoked counts no more, whichever token it is", async () => {
  const { body } = await token({ username: "ada", password });
  expect((await post("/api/v1/auth/revoke", { token: String(body["access_token"]) })).status).toBe(200);
  expect((await get("/api/v1/users/me", bearer(body))).status).toBe(401);
  const refresh = String(body["refresh_token"]);
  expect((await post("/api/v1/auth/revoke", { token: refresh })).status).toBe(200);
  expect((await token({ grant_type: "refresh_token", refresh_token: refresh })).status).toBe(401);
  for (const form of [{ token: "nobody's" }, {}]) {
    expect((await post("/api/v1/auth/revoke", form as Record<string, string>)).status).toBe(200);
  }
});

test("an API key is somebody, an unknown token and nobody are not", async () => {
  expect((await get("/api/v1/users/me", { "x-api-key": apiKeys.reader })).body).toMatchObject({ username: "reader" });
  expect((await get("/api/v1/users/me", {})).status).toBe(401);
  expect((await get("/api/v1/users/me", { authorization: `Bearer ${signToken()}` })).status).toBe(401);
});

test("the public keys are there, of tokens and of assertions", async () => {
  const { body } = await get("/.well-known/jwks.json", {});
  const keys = body["keys"] as readonly Body[];
  expect(keys.length).toBeGreaterThanOrEqual(2);
  for (const key of keys) expect(key).toMatchObject({ kty: "OKP", use: "sig", alg: "EdDSA" });
});

test("a reload reads the users anew, and what has mistakes stays as it was", async () => {
  writeFileSync(usersFile, "{");
  await gateway.gateway.reload();
  expect((await token({ username: "ada", password })).status).toBe(200);
  writeFileSync(usersFile, JSON.stringify({ ...(await usersContent()), users: [] }));
  await gateway.gateway.reload();
  expect((await token({ username: "ada", password })).status).toBe(401);
});

describe("with an Auth Service", () => {
  test("its users log in, and what it issues itself is passed on only from somebody trusted", async () => {
    const answers: Response[] = [
      Response.json({ username: "zoe", scopes: ["read"] }),
      Response.json({ access_token: signToken() }),
      new Response(null, { status: 401 }),
    ];
    const auth = Bun.serve({ port: 0, hostname: "127.0.0.1", fetch: () => answers.shift() ?? new Response("no") });
    const other = await startInProcess({ environment: { AUTH_SERVICE_URL: auth.url.href, DEBUG: "true" } });
    const ask = () =>
      fetch(`${other.url}/api/v1/auth/token`, {
        method: "POST",
        body: new URLSearchParams({ username: "zoe", password }),
      });
    try {
      const first = await ask();
      expect(first.status).toBe(200);
      const { refresh_token: refresh } = (await first.json()) as { refresh_token: string };
      const again = new URLSearchParams({ grant_type: "refresh_token", refresh_token: refresh });
      expect((await fetch(`${other.url}/api/v1/auth/token`, { method: "POST", body: again })).status).toBe(200);
      expect([(await ask()).status, (await ask()).status]).toEqual([503, 401]);
    } finally {
      await other.stop();
      await auth.stop(true);
    }
  });
});
