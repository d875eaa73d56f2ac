import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { type Answer, type AuthScene, openAuthScene } from "../support/auth-scene.ts";
import { handMadeToken } from "../support/hand-made-token.ts";
import { clientSecret, password } from "../support/users-file.ts";

let scene: AuthScene;
beforeAll(async () => {
  scene = await openAuthScene();
});
afterAll(() => scene.close());

const wrong = (username: string, address?: string): Promise<Answer> =>
  scene.ask({ username, password: "wrong" }, address === undefined ? {} : { "x-forwarded-for": address });

/** Without what differs from one request to the next. */
const withoutId = ({ text }: Answer): string => text.replace(/"request_id":"[^"]+"/, "");
const times = <T>(count: number, run: (index: number) => Promise<T>): Promise<T[]> =>
  Promise.all(Array.from({ length: count }, (_, index) => run(index)));

describe("guessing", () => {
  test("the sixth wrong password of an account is 429, also with the right one; after the wait it is let in", async () => {
    for (let tried = 0; tried < 5; tried += 1) expect((await wrong("ben")).status).toBe(401);
    const refused = await scene.ask({ username: "ben", password });
    expect([refused.status, refused.code]).toEqual([429, "RATE_LIMIT"]);
    const waitMs = Number(refused.details["retry_after_ms"]);
    expect(waitMs).toBeWithin(1, 1001);
    expect(refused.headers.get("retry-after")).toBe("1");
    expect(refused.details).toEqual({ limit: 5, burst: 5, retry_after_ms: waitMs });
    expect((await scene.logIn("ada")).scope).toBe("read write admin");
    await Bun.sleep(waitMs + 50);
    expect((await scene.ask({ username: "ben", password })).status).toBe(200);
    expect((await wrong("ben")).status).toBe(401);
  });

  test("the wait doubles", async () => {
    for (let tried = 0; tried < 5; tried += 1) await wrong("eve 100%");
    const first = await wrong("eve 100%");
    await Bun.sleep(Number(first.details["retry_after_ms"]) + 50);
    expect((await wrong("eve 100%")).status).toBe(401);
    const second = await wrong("eve 100%");
    expect(second.status).toBe(429);
    expect(Number(second.details["retry_after_ms"])).toBeWithin(1001, 2001);
  });

  test("unknown users and wrong passwords get the same answers, the whole way down", async () => {
    const answers = async (name: string): Promise<unknown[]> => {
      const all: unknown[] = [];
      for (let tried = 0; tried < 6; tried += 1) {
        const answer = await wrong(name);
        const challenge = answer.headers.get("www-authenticate");
        all.push([answer.status, challenge, withoutId(answer).replace(/"retry_after_ms":\d+/, "")]);
      }
      return all;
    };
    expect(await answers("cyd")).toEqual(await answers("nobody-of-that-name"));
  });

  test("one address has twenty tries over all accounts", async () => {
    const statuses: number[] = [];
    for (let tried = 0; tried < 21; tried += 1) statuses.push((await wrong(`user-${tried}`, "10.9.9.9")).status);
    expect(statuses).toEqual([...Array<number>(20).fill(401), 429]);
    expect((await scene.ask({ username: "ada", password }, { "x-forwarded-for": "10.9.9.8" })).status).toBe(200);
  });

  test("one IPv6 network is one address", async () => {
    const statuses = await times(30, async (index) => (await wrong(`v6-${index}`, `2001:db8:1:2::${index}`)).status);
    expect(statuses.filter((status) => status === 401)).toHaveLength(20);
  });

  test("a thousand guesses at once are five", async () => {
    const answers = await times(1000, (index) => scene.ask({ username: "ada", password: `guess-${index}` }));
    const statuses = answers.map(({ status }) => status);
    expect(statuses.filter((status) => status === 401)).toHaveLength(5);
    expect(statuses.filter((status) => status === 429)).toHaveLength(995);
  });

  test("clients' secrets are no way around, and count on their own", async () => {
    const ask = (secret: string) =>
      scene.ask({ grant_type: "client_credentials", client_id: "reporter", client_secret: secret });
    for (let tried = 0; tried < 5; tried += 1) expect((await ask("wrong")).status).toBe(401);
    expect((await ask(clientSecret)).status).toBe(429);
    expect((await ask(clientSecret)).headers.get("retry-after")).toBe("1");
  });
});

test("more logins than can be hashed are 503 at once, and all else goes on meanwhile", async () => {
  // Some tens of milliseconds each, and as long for somebody unknown.
  const hash = await Bun.password.hash(password, { algorithm: "argon2id", memoryCost: 16 * 1024, timeCost: 2 });
  const slow = { username: "slow", password_hash: hash, scopes: [] };
  const busy = await openAuthScene();
  try {
    busy.users.write({ users: [slow] });
    busy.gateway.process.kill("SIGHUP");
    await busy.gateway.waitForLine(({ msg }) => msg === "reloaded");
    const token = await handMadeToken();

    const done = new AbortController();
    const logins = times(100, (index) => busy.ask({ username: `nobody-${index}`, password }));
    void logins.finally(() => done.abort());
    const asked: number[] = [];
    while (!done.signal.aborted) asked.push((await busy.call("/guarded", token)).status);
    const answers = await logins;
    // Two are hashed and 64 wait.
    expect(answers.filter(({ status }) => status === 401).length).toBeWithin(66, 90);
    const refused = answers.filter(({ status }) => status === 503);
    expect(refused.length).toBeGreaterThan(10);
    expect([refused[0]?.code, refused[0]?.headers.get("retry-after")]).toEqual(["SERVICE_UNAVAILABLE", "1"]);
    expect(asked.length).toBeGreaterThan(10);
    expect(new Set(asked)).toEqual(new Set([200]));
    expect((await busy.ask({ username: "nobody-99", password })).status).toBe(401);
  } finally {
    await busy.close();
  }
}, 30_000);
