import { afterAll, afterEach, beforeAll, describe, expect, test } from "bun:test";
import { randomUUID } from "node:crypto";
import type { GatewayError } from "@isaas/gateway-sdk/errors";
import type { Clock } from "@isaas/gateway-sdk/plugin";
import { type Login, LoginThrottle } from "../../../../plugins/auth/accounts/login-throttle.ts";
import { systemClock } from "../../../../src/clock.ts";
import type { OpenableStore } from "../../../../src/store/openable-store.ts";
import { newStore } from "../../../store/stores.ts";
import { type RedisServer, startRedis } from "../../../support/redis.ts";
import { thrownBy } from "../../registry/thrown.ts";

const secret = "a secret of at least thirty-two bytes";
const open: OpenableStore[] = [];
let redis: RedisServer;
beforeAll(async () => {
  redis = await startRedis();
});
afterAll(() => redis.stop());
afterEach(async () => {
  await Promise.all(open.splice(0).map((store) => store.close()));
});

async function join(redisPrefix?: string, clock: Clock = systemClock): Promise<LoginThrottle> {
  const { store } = newStore(redisPrefix === undefined ? {} : { redisUrl: redis.url, redisPrefix }, clock);
  open.push(store);
  const throttle = new LoginThrottle({ store, clock, secret });
  await store.open();
  return throttle;
}

const login = (more: Partial<Login> = {}): Login => ({ kind: "user", name: "ada", address: "192.0.2.1", ...more });

/** How many of these tries pass. */
async function passing(tries: readonly (() => Promise<unknown>)[]): Promise<number> {
  const settled = await Promise.allSettled(tries.map((run) => run()));
  return settled.filter(({ status }) => status === "fulfilled").length;
}

const times = <T>(count: number, make: (index: number) => T): T[] => Array.from({ length: count }, (_, i) => make(i));

const refusal = (throttle: LoginThrottle, of: Login): Promise<GatewayError> => thrownBy(() => throttle.take(of));

describe.each([
  ["the embedded store", () => join()],
  ["a store on Redis", () => join(`${randomUUID()}:`)],
])("with %s", (_, start) => {
  test("5 of 1,000 guesses at once at one account pass, and the rest is told how long to wait", async () => {
    const throttle = await start();
    expect(await passing(times(1000, () => () => throttle.take(login())))).toBe(5);
    const error = await refusal(throttle, login());
    expect(error).toMatchObject({ code: "RATE_LIMIT", status: 429, headers: { "retry-after": "1" } });
    expect(error.details).toEqual({ limit: 5, burst: 5, retry_after_ms: expect.any(Number) });
    expect(error.details["retry_after_ms"]).toBeWithin(1, 1001);
    expect(error.message).not.toContain("ada");
  });

  test("20 guesses at as many accounts from one address pass, and 20 of its whole /64", async () => {
    const throttle = await start();
    const guesses = (address: (index: number) => string) =>
      times(50, (i) => () => throttle.take(login({ name: `user ${i} ${address(0)}`, address: address(i) })));
    expect(await passing(guesses(() => "192.0.2.1"))).toBe(20);
    expect(await passing(guesses((i) => `2001:db8::${i + 1}`))).toBe(20);
    expect(await passing(guesses((i) => `2001:db8:0:${i + 1}::1`))).toBe(50);
    const { details } = await refusal(throttle, login({ name: "anybody" }));
    expect(details).toMatchObject({ limit: 20, burst: 20 });
  });

  test("an address that has to wait uses up nobody's account", async () => {
    const throttle = await start();
    await passing(times(20, (i) => () => throttle.take(login({ name: `user ${i}` }))));
    expect(await passing(times(50, () => () => throttle.take(login({ name: "victim" }))))).toBe(0);
    const tries = times(9, () => () => throttle.take(login({ name: "victim", address: "192.0.2.2" })));
    expect(await passing(tries)).toBe(5);
  });

  test("a user and a client of one name are two accounts", async () => {
    const throttle = await start();
    await passing(times(9, () => () => throttle.take(login())));
    expect(await passing(times(9, () => () => throttle.take(login({ kind: "client" }))))).toBe(5);
  });

  test("after a success the account starts afresh, and the address has lost nothing", async () => {
    const throttle = await start();
    for (let round = 0; round < 30; round += 1) {
      const name = `user ${round}`;
      const fails = round < 4 ? 4 : 0;
      for (let i = 0; i < fails; i += 1) await throttle.take(login({ name }));
      await (await throttle.take(login({ name }))).succeeded();
    }
    // 16 have failed.
    expect(await passing(times(9, (i) => () => throttle.take(login({ name: `other ${i}` }))))).toBe(4);
    expect(await passing(times(9, () => () => throttle.take(login({ name: "user 1", address: "192.0.2.2" }))))).toBe(5);
  });

  test("tries about which nobody could say anything count for nothing", async () => {
    const throttle = await start();
    for (let i = 0; i < 30; i += 1) await (await throttle.take(login())).undecided();
    for (let i = 0; i < 4; i += 1) await throttle.take(login());
    await (await throttle.take(login())).undecided();
    expect(await passing(times(9, () => () => throttle.take(login())))).toBe(1);
  });
});

test("the wait doubles from a second to 15 minutes", async () => {
  let nowMs = 0;
  const throttle = await join(undefined, { ...systemClock, monotonic: () => nowMs });
  await passing(times(4, () => () => throttle.take(login())));
  const waits: unknown[] = [];
  for (let i = 0; i < 12; i += 1) {
    await throttle.take(login({ address: `192.0.2.${i + 2}` }));
    const { details, headers } = await refusal(throttle, login({ address: "192.0.2.99" }));
    const waitMs = Number(details["retry_after_ms"]);
    waits.push(waitMs / 1000);
    expect(headers["retry-after"]).toBe(String(waitMs / 1000));
    nowMs += waitMs - 500;
    const later = await refusal(throttle, login({ address: "192.0.2.99" }));
    expect(later.headers["retry-after"]).toBe("1");
    nowMs += 500;
  }
  expect(waits).toEqual([1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900]);
});

describe("two gateways on one Redis", () => {
  test("let 5 of 1,000 guesses at once pass between them", async () => {
    const prefix = `${randomUUID()}:`;
    const [one, two] = [await join(prefix), await join(prefix)];
    const tries = times(1000, (i) => () => (i % 2 === 0 ? one : two).take(login({ address: `192.0.2.${i % 100}` })));
    expect(await passing(tries)).toBe(5);
  });

  test("know of each other's failures, and of a success", async () => {
    const prefix = `${randomUUID()}:`;
    const [one, two] = [await join(prefix), await join(prefix)];
    for (let i = 0; i < 4; i += 1) await one.take(login());
    await (await two.take(login())).succeeded();
    for (let i = 0; i < 5; i += 1) await two.take(login());
    await refusal(two, login());
    await refusal(one, login());
  });

  test("an address with a valid account does not get more than 20 failures from each of them by logging in between", async () => {
    const prefix = `${randomUUID()}:`;
    const throttle = await join(prefix);
    let passed = 0;
    for (let i = 0; i < 60; i += 1) {
      passed += await passing([() => throttle.take(login({ name: `victim ${i}` }))]);
      await throttle.take(login({ name: "own" })).then(
        (attempt) => attempt.succeeded(),
        () => {},
      );
    }
    expect(passed).toBe(20);
  });

  test("find no name and no address in Redis", async () => {
    const prefix = `${randomUUID()}:`;
    const throttle = await join(prefix);
    await throttle.take(login({ name: "ada.lovelace", address: "192.0.2.77" }));
    const keys = (await redis.command("KEYS", `${prefix}*`)) as string[];
    expect(keys.length).toBeGreaterThanOrEqual(2);
    expect(keys.join("\n")).not.toMatch(/lovelace|192\.0\.2|[Yy]WRh/);
    for (const key of keys.filter((key) => key.includes("logins"))) {
      expect(await redis.command("PTTL", key)).toBeGreaterThan(60_000);
    }
  });
});

test("while Redis is away, each gateway counts for itself", async () => {
  const server = await startRedis();
  const { store } = newStore({ redisUrl: server.url });
  open.push(store);
  const throttle = new LoginThrottle({ store, clock: systemClock, secret });
  await store.open();
  for (let i = 0; i < 3; i += 1) await throttle.take(login());
  await server.stop();
  expect(await passing(times(100, () => () => throttle.take(login())))).toBe(2);
  await (await throttle.take(login({ name: "bob" }))).succeeded();
});
