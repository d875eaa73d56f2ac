import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { jwt } from "@elysiajs/jwt";
import { Elysia } from "elysia";
import { UnsecuredJWT } from "jose";
import { type AuthScene, openAuthScene } from "../support/auth-scene.ts";
import { handMadeToken, inSeconds } from "../support/hand-made-token.ts";
import { secretKey } from "../support/open-routes.ts";

describe("a guarded route", () => {
  let scene: AuthScene;
  const issuer = { iss: "https://gateway.example", aud: "https://api.example" };
  beforeAll(async () => {
    scene = await openAuthScene({ JWT_ISSUER: issuer.iss, JWT_AUDIENCE: issuer.aud });
  });
  afterAll(() => scene.close());

  /** The token's answer, and that the service has not seen the request. */
  async function reasonOf(token: string | undefined, headers: Record<string, string> = {}): Promise<unknown> {
    scene.reached();
    const { status, code, details, headers: answered } = await scene.call("/guarded", token, { headers });
    expect([status, code, scene.reached()]).toEqual([401, "AUTH_ERROR", false]);
    const challenge = answered.get("www-authenticate") ?? "";
    if (details["reason"] === "missing") expect(challenge).toBe('Bearer realm="gateway"');
    else {
      expect(challenge).toMatch(/^Bearer realm="gateway", error="invalid_token", error_description="[ !#-[\]-~]+"$/);
    }
    expect(answered.get("cache-control")).toBe("no-store");
    return details["reason"];
  }

  test("lets the gateway's own tokens pass, from the first request on", async () => {
    const { access } = await scene.logIn();
    for (let round = 0; round < 3; round += 1) {
      const answer = await scene.call("/guarded", access);
      expect([answer.status, answer.text]).toEqual([200, "ok"]);
    }
  });

  test.each([
    ["at+jwt", "at+jwt"],
    ["JWT", "JWT"],
    ["no type", ""],
  ])("takes a token made by hand with the secret: %s", async (_, typ) => {
    expect((await scene.call("/guarded", await handMadeToken(issuer, { typ }))).status).toBe(200);
  });

  test("takes a token that a service in the house makes with @elysiajs/jwt and the same secret", async () => {
    const house = new Elysia()
      .use(jwt({ secret: secretKey, exp: "5m", ...issuer }))
      .get("/sign", ({ jwt: { sign } }) => sign({ sub: "house", scope: "read" }));
    const token = await (await house.handle(new Request("http://house/sign"))).text();
    expect((await scene.call("/guarded", token)).status).toBe(200);
    expect((await scene.call("/guarded", token, { method: "POST" })).status).toBe(403);
    expect((await scene.call("/users/me", token)).body["username"]).toBe("house");
  });

  test("and that service takes the gateway's", async () => {
    const house = new Elysia()
      .use(jwt({ secret: secretKey }))
      .get("/who", async ({ jwt: { verify }, headers }) => (await verify(headers["x-token"])) || "nobody");
    const ask = async (token: string) =>
      (await house.handle(new Request("http://house/who", { headers: { "x-token": token } }))).text();
    const { access } = await scene.logIn("ben");
    expect(JSON.parse(await ask(access))).toMatchObject({ sub: "ben", scope: "read", ...issuer });
    expect(await ask(`${access}x`)).toBe("nobody");
  });

  test("names each reason, and the service sees none of these requests", async () => {
    const unsigned = new UnsecuredJWT({ sub: "ada", scope: "admin", ...issuer }).setExpirationTime("5m").encode();
    const { access } = await scene.logIn();
    await scene.post("/auth/revoke", `token=${access}`);
    const reasons: Record<string, unknown> = {
      missing: await reasonOf(undefined),
      malformed: await reasonOf("a.b.c"),
      unsigned: await reasonOf(unsigned),
      expired: await reasonOf(await handMadeToken({ ...issuer, exp: inSeconds(-40) })),
      not_yet_valid: await reasonOf(await handMadeToken({ ...issuer, nbf: inSeconds(100) })),
      bad_signature: await reasonOf(await handMadeToken(issuer, { secret: "another-secret-key-0123456789abcdef" })),
      wrong_issuer: await reasonOf(await handMadeToken({ ...issuer, iss: `${issuer.iss}.evil.example` })),
      no_issuer: await reasonOf(await handMadeToken({ aud: issuer.aud })),
      wrong_audience: await reasonOf(await handMadeToken({ ...issuer, aud: ["https://api"] })),
      revoked: await reasonOf(access),
      no_exp: await reasonOf(await handMadeToken({ ...issuer, exp: undefined })),
    };
    expect(reasons).toEqual({
      missing: "missing",
      malformed: "malformed",
      unsigned: "bad_signature",
      expired: "expired",
      not_yet_valid: "not_yet_valid",
      bad_signature: "bad_signature",
      wrong_issuer: "wrong_issuer",
      no_issuer: "wrong_issuer",
      wrong_audience: "wrong_audience",
      revoked: "revoked",
      no_exp: "malformed",
    });
  });

  test("a clock that is 20 s behind or ahead does not matter", async () => {
    for (const times of [{ exp: inSeconds(-20) }, { nbf: inSeconds(20), iat: inSeconds(20) }]) {
      expect((await scene.call("/guarded", await handMadeToken({ ...issuer, ...times }))).status).toBe(200);
    }
  });

  test("no text that anybody signs is a 500", async () => {
    const odd = [
      "\ud800",
      "\udfff x",
      "\0",
      "é\u{1f600}",
      "a\r\nx-admin: 1",
      " ",
      "%",
      "𝔞".repeat(128),
      {},
      [],
      7,
      null,
    ];
    for (const sub of odd) {
      const { status } = await scene.call("/guarded", await handMadeToken({ ...issuer, sub }));
      expect([200, 401]).toContain(status);
    }
  });

  test("a path that leads nowhere is 404, whoever asks", async () => {
    expect((await scene.call("/nowhere")).status).toBe(404);
    expect((await scene.call("/nowhere", "x")).status).toBe(404);
  });
});

describe("GET /users/me", () => {
  let scene: AuthScene;
  beforeAll(async () => {
    scene = await openAuthScene();
  });
  afterAll(() => scene.close());

  test("says what the users file knows of a user, and the scopes of the token", async () => {
    const { access } = await scene.logIn("ada", "read");
    expect((await scene.call("/users/me", access)).body).toEqual({
      username: "ada",
      email: "ada@example.org",
      full_name: "Ada Lovelace",
      disabled: false,
      scopes: ["read"],
    });
  });

  test("says less of clients and API keys, of which less is known", async () => {
    const unknown = { email: null, full_name: null, disabled: false };
    const grant = { grant_type: "client_credentials", client_id: "billing" };
    const { body } = await scene.ask({ ...grant, client_secret: "a-client-secret-of-the-tests" });
    const client = await scene.call("/users/me", String(body["access_token"]));
    expect(client.body).toEqual({ username: "billing", ...unknown, scopes: ["service", "read"] });
    const headers = { "x-api-key": "key-reader-0123456789abcdef0123456789" };
    const key = await scene.call("/users/me", undefined, { headers });
    expect(key.body).toEqual({ username: "reader", ...unknown, scopes: ["read"] });
  });

  test("a client that is called like a user is not that user", async () => {
    const { body } = await scene.call("/users/me", await handMadeToken({ sub: "ada", client_id: "ada" }));
    expect(body["email"]).toBeUndefined();
  });

  test("is 401 without a token that counts", async () => {
    const tokens = [undefined, "x", await handMadeToken({ exp: inSeconds(-40) })];
    const reasons = await Promise.all(tokens.map(async (token) => (await scene.call("/users/me", token)).details));
    expect(reasons).toEqual([{ reason: "missing" }, { reason: "malformed" }, { reason: "expired" }]);
  });
});
