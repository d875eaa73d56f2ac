import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { type AuthScene, openAuthScene } from "../support/auth-scene.ts";
import { apiKeys, clientSecret, password, type UsersContent } from "../support/users-file.ts";
import { waitFor } from "../support/wait-for.ts";

let scene: AuthScene;
beforeAll(async () => {
  scene = await openAuthScene();
});
afterAll(() => scene.close());

const lines = (msg: string): number => scene.gateway.lines.filter((line) => line.msg === msg).length;

/** SIGHUP, and the wait until the log says how it ended. */
async function reload(end = "reloaded"): Promise<void> {
  const before = lines(end);
  scene.gateway.process.kill("SIGHUP");
  await waitFor(`the log to say: ${end}`, () => lines(end) > before);
}

const disabling = (content: UsersContent, name: string): UsersContent => ({
  ...content,
  users: content.users.map((user) => (user.username === name ? { ...user, disabled: true } : user)),
});
const without = (content: UsersContent, name: string): UsersContent => ({
  ...content,
  users: content.users.filter(({ username }) => username !== name),
  clients: content.clients.filter(({ client_id: id }) => id !== name),
});
const reasonFor = async (token: string): Promise<unknown> => (await scene.call("/guarded", token)).details["reason"];
const logInStatus = async (username: string) => (await scene.ask({ username, password })).status;
const refreshStatus = async (token: string) =>
  (await scene.ask({ grant_type: "refresh_token", refresh_token: token })).status;

describe("the users file", () => {
  test("is read again within seconds of its change, without a signal", async () => {
    const ben = await scene.logIn("ben");
    expect(await reasonFor(ben.access)).toBeUndefined();
    scene.users.write(disabling(scene.content, "ben"));
    await waitFor("ben's token to stop", async () => (await reasonFor(ben.access)) === "revoked");
    expect([await logInStatus("ben"), await logInStatus("ada")]).toEqual([401, 200]);
    expect((await scene.call("/users/me", ben.access)).status).toBe(401);
    expect(await refreshStatus(ben.refresh)).toBe(401);
    scene.users.write(scene.content);
    await waitFor("ben to be back", async () => (await logInStatus("ben")) === 200);
  }, 30_000);

  test("is read again at once on SIGHUP: whoever has left has left, with all tokens", async () => {
    const ada = await scene.logIn("ada");
    const ben = await scene.logIn("ben");
    const grant = { grant_type: "client_credentials", client_id: "reporter", client_secret: clientSecret };
    const reporter = String((await scene.ask(grant)).body["access_token"]);
    expect(await Promise.all([ada.access, ben.access, reporter].map(reasonFor))).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
    scene.users.write(without(without(scene.content, "ben"), "reporter"));
    await reload();
    expect(await Promise.all([ada.access, ben.access, reporter].map(reasonFor))).toEqual([
      undefined,
      "revoked",
      "revoked",
    ]);
    expect([await logInStatus("ben"), (await scene.ask(grant)).status]).toEqual([401, 401]);
    expect([await refreshStatus(ben.refresh), await refreshStatus(ada.refresh)]).toEqual([401, 200]);
    scene.users.write(scene.content);
    await reload();
    expect(await logInStatus("ben")).toBe(200);
  });

  test("with mistakes changes nothing, and the log says where they are and shows nothing of it", async () => {
    const before = await scene.logIn("ben");
    const planted = "planted-password-in-the-wrong-place";
    const bad = [
      { ...scene.content, users: [{ username: "ben", password_hash: planted, scopes: [] }] },
      { ...scene.content, pasword: planted },
      { ...scene.content, users: [...scene.content.users, ...scene.content.users] },
      `{"users": [ ${planted}`,
      `["${planted}"]`,
    ];
    for (const content of bad) {
      scene.users.write(content);
      await reload("reload failed");
      expect([await logInStatus("ben"), await reasonFor(before.access)]).toEqual([200, undefined]);
    }
    const failures = scene.gateway.lines.filter(({ msg }) => msg === "reload failed");
    expect(failures.map(({ plugin }) => plugin)).toEqual(bad.map(() => "auth"));
    expect(String(failures[0]?.["reason"])).toContain("users[0].password_hash: wanted an argon2id");
    expect(JSON.stringify(scene.gateway.lines) + scene.gateway.errors()).not.toContain(planted);
    scene.users.write(scene.content);
    await reload();
  });

  test("an API key that is taken out stops at once", async () => {
    const headers = { "x-api-key": apiKeys.reader };
    expect((await scene.call("/guarded", undefined, { headers })).status).toBe(200);
    scene.users.write({ ...scene.content, api_keys: [] });
    await reload();
    const answer = await scene.call("/guarded", undefined, { headers });
    expect([answer.status, answer.details["reason"]]).toEqual([401, "bad_signature"]);
    scene.users.write(scene.content);
    await reload();
  });

  test("being read again drops no request and no connection", async () => {
    const { access } = await scene.logIn();
    const statuses: number[] = [];
    const done = new AbortController();
    const caller = async (): Promise<void> => {
      while (!done.signal.aborted) statuses.push((await scene.call("/guarded", access)).status);
    };
    const callers = Array.from({ length: 8 }, caller);
    for (let round = 0; round < 5; round += 1) await reload();
    done.abort();
    await Promise.all(callers);
    expect(statuses.length).toBeGreaterThan(20);
    expect(new Set(statuses)).toEqual(new Set([200]));
    expect(scene.gateway.process.exitCode).toBeNull();
  });
});
