import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { type Answer, type AuthScene, openAuthScene } from "../support/auth-scene.ts";
import { clientSecret, password } from "../support/users-file.ts";

let scene: AuthScene;
beforeAll(async () => {
  scene = await openAuthScene();
});
afterAll(() => scene.close());

const refresh = (token: string, more: Record<string, string> = {}): Promise<Answer> =>
  scene.ask({ grant_type: "refresh_token", refresh_token: token, ...more });
const statusOf = async (token: unknown): Promise<number> => (await scene.call("/guarded", String(token))).status;

function expectRefused({ status, code, details }: Answer): void {
  expect([status, code, details]).toEqual([
    401,
    "AUTH_ERROR",
    { reason: "bad_credentials", oauth_error: "invalid_grant" },
  ]);
}

describe("a refresh token", () => {
  test("is used up for the next pair of tokens, and both access tokens count", async () => {
    const first = await scene.logIn();
    const { status, body } = await refresh(first.refresh);
    expect(status).toBe(200);
    expect(Object.keys(body)).toEqual(["access_token", "token_type", "expires_in", "scope", "refresh_token"]);
    expect(body["refresh_token"]).not.toBe(first.refresh);
    expect([await statusOf(first.access), await statusOf(body["access_token"])]).toEqual([200, 200]);
    expect((await refresh(String(body["refresh_token"]))).status).toBe(200);
  });

  test("used twice, it ends all that came from its login, also the access tokens, and no other login", async () => {
    const stolen = await scene.logIn();
    const other = await scene.logIn();
    const { body } = await refresh(stolen.refresh);
    expect([await statusOf(stolen.access), await statusOf(body["access_token"])]).toEqual([200, 200]);
    expectRefused(await refresh(stolen.refresh));
    expectRefused(await refresh(String(body["refresh_token"])));
    const answer = await scene.call("/guarded", String(body["access_token"]));
    expect([answer.status, answer.details["reason"]]).toEqual([401, "revoked"]);
    expect([await statusOf(stolen.access), await statusOf(other.access)]).toEqual([401, 200]);
  });

  test("used twenty times at once gives at most one pair, which ends at once", async () => {
    const { refresh: token } = await scene.logIn();
    const answers = await Promise.all(Array.from({ length: 20 }, () => refresh(token)));
    const good = answers.filter(({ status }) => status === 200);
    expect(good).toHaveLength(1);
    for (const answer of answers) if (answer.status !== 200) expectRefused(answer);
    expect(await statusOf(good[0]?.body["access_token"])).toBe(401);
    expectRefused(await refresh(String(good[0]?.body["refresh_token"])));
  });

  test("gives fewer scopes for once, and never more than the login had", async () => {
    const { refresh: token } = await scene.logIn("ada", "read write");
    const narrow = await refresh(token, { scope: "read admin" });
    expect(narrow.body["scope"]).toBe("read");
    const all = await refresh(String(narrow.body["refresh_token"]));
    expect(all.body["scope"]).toBe("read write");
  });

  test("of a client's login counts for that client alone", async () => {
    const reporter = { client_id: "reporter", client_secret: clientSecret };
    const { body } = await scene.ask({ username: "ada", password, ...reporter });
    const token = String(body["refresh_token"]);
    expectRefused(await refresh(token));
    expectRefused(await refresh(token, { client_id: "billing", client_secret: clientSecret }));
    const next = await refresh(token, reporter);
    expect(next.status).toBe(200);
    expect((await refresh((await scene.logIn()).refresh, reporter)).status).toBe(401);
  });

  test.each(["x", "gwr_", `gwr_${"0".repeat(32)}_${"A".repeat(43)}`, "__proto__", "\0", "a".repeat(9000)])(
    "that never was is 401: %#",
    async (token) => {
      expectRefused(await refresh(token));
    },
  );

  test("is no access token, and an access token is no refresh token", async () => {
    const { access, refresh: token } = await scene.logIn();
    const answer = await scene.call("/guarded", token);
    expect([answer.status, answer.details["reason"]]).toEqual([401, "malformed"]);
    expectRefused(await refresh(access));
  });
});

describe("POST /auth/revoke", () => {
  const revoke = (parameters: Record<string, string>): Promise<Answer> =>
    scene.post("/auth/revoke", new URLSearchParams(parameters).toString());

  test("ends one access token alone", async () => {
    const { access, refresh: token } = await scene.logIn();
    expect(await statusOf(access)).toBe(200);
    expect((await revoke({ token: access })).status).toBe(200);
    const answer = await scene.call("/guarded", access);
    expect([answer.status, answer.details["reason"]]).toEqual([401, "revoked"]);
    expect(answer.headers.get("www-authenticate")).toContain('error="invalid_token"');
    expect((await refresh(token)).status).toBe(200);
  });

  test("ends a refresh token with all that came from its login, used or not", async () => {
    for (const used of [false, true]) {
      const { access, refresh: token } = await scene.logIn();
      if (used) await refresh(token);
      expect((await revoke({ token, token_type_hint: "access_token" })).status).toBe(200);
      expectRefused(await refresh(token));
      expect(await statusOf(access)).toBe(401);
    }
  });

  test("is 200 for whatever is no token, and again for what is revoked", async () => {
    const { access } = await scene.logIn();
    const tokens = [access, access, "garbage", "a.b.c", "", "gwr_x", "\0", "..", "é", "x".repeat(9000)];
    for (const token of tokens) expect((await revoke({ token })).status).toBe(200);
    expect((await scene.post("/auth/revoke", "")).status).toBe(200);
    const json = { "content-type": "application/json" };
    expect((await scene.post("/auth/revoke", JSON.stringify({ token: access }), json)).status).toBe(200);
  });

  test("of a token that somebody changed leaves the true one alone", async () => {
    const { access } = await scene.logIn();
    expect((await revoke({ token: `${access.slice(0, -4)}AAAA` })).status).toBe(200);
    expect(await statusOf(access)).toBe(200);
  });
});
