import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { BucketAsk, Buckets } from "@isaas/gateway-sdk/store";
import { EmbeddedBuckets } from "../../src/store/embedded/embedded-buckets.ts";
import { createManualClock } from "../support/manual-clock.ts";
import { type RedisServer, startRedis } from "../support/redis.ts";
import { newStore, type Opened } from "./stores.ts";

let redis: RedisServer;
let shared: Opened;

beforeAll(async () => {
  redis = await startRedis();
  shared = newStore({ redisUrl: redis.url });
  shared.store.buckets("b");
  await shared.store.open();
});
afterAll(async () => {
  await shared.store.close();
  await redis.stop();
});

let keys = 0;
/** A bucket nobody has asked before. */
function newKey(): string {
  keys += 1;
  return new Bun.CryptoHasher("sha256").update(String(keys)).digest("hex").slice(0, 16);
}

// So slow that no token grows while a test runs.
const ask = (more: Partial<BucketAsk> = {}): BucketAsk => ({
  key: newKey(),
  ratePerSecond: 0.001,
  burst: 10,
  cost: 1,
  ...more,
});

const stores: readonly [name: string, open: () => Buckets][] = [
  ["embedded", () => new EmbeddedBuckets(createManualClock())],
  ["redis", () => shared.store.buckets("b")],
];

describe.each(stores)("buckets, %s", (_, open) => {
  test("give the burst and not one more", async () => {
    const buckets = open();
    const one = ask();
    const answers = await Promise.all(Array.from({ length: 30 }, () => buckets.take([one])));
    expect(answers.filter(({ allowed }) => allowed)).toHaveLength(10);
    expect(answers.map(({ buckets: [state] }) => state?.remaining).slice(0, 11)).toEqual([
      9, 8, 7, 6, 5, 4, 3, 2, 1, 0, 0,
    ]);
  });

  test("say how long until the cost fits, and until all is there again", async () => {
    const buckets = open();
    const one = ask({ ratePerSecond: 0.01, burst: 2 });
    const first = await buckets.take([one]);
    expect(first.buckets[0]).toMatchObject({ remaining: 1, waitMs: 0 });
    expect(first.buckets[0]?.fullMs).toBeCloseTo(100_000, -2);
    await buckets.take([one]);
    const { allowed, buckets: states } = await buckets.take([one]);
    expect(allowed).toBe(false);
    expect(states[0]?.waitMs).toBeGreaterThan(95_000);
    expect(states[0]?.waitMs).toBeLessThan(100_001);
    expect(states[0]?.fullMs).toBeGreaterThan(195_000);
  });

  test("take from all that are asked, or from none", async () => {
    const buckets = open();
    const [wide, narrow] = [ask(), ask({ burst: 1 })];
    expect((await buckets.take([wide, narrow])).allowed).toBe(true);
    const refused = await buckets.take([wide, narrow]);
    expect(refused.allowed).toBe(false);
    expect(refused.buckets.map(({ remaining }) => remaining)).toEqual([9, 0]);
    expect(refused.buckets[0]?.waitMs).toBe(0);
    expect(refused.buckets[1]?.waitMs).toBeGreaterThan(0);
  });

  test("take a cost as a whole, and nothing for a look", async () => {
    const buckets = open();
    const one = ask({ cost: 4 });
    expect((await buckets.take([one])).buckets[0]?.remaining).toBe(6);
    expect((await buckets.take([{ ...one, cost: 0 }])).buckets[0]?.remaining).toBe(6);
    expect((await buckets.take([one])).allowed).toBe(true);
    expect((await buckets.take([one])).allowed).toBe(false);
    expect((await buckets.take([{ ...one, cost: 2 }])).allowed).toBe(true);
  });

  test("are full again once they are freed", async () => {
    const buckets = open();
    const one = ask({ burst: 1 });
    await buckets.take([one]);
    expect(await buckets.free(one.key)).toBe(true);
    expect(await buckets.free(one.key)).toBe(false);
    expect((await buckets.take([one])).allowed).toBe(true);
  });

  test("know the busiest", async () => {
    const buckets = open();
    const [half, most, all] = [ask({ cost: 5 }), ask({ cost: 9 }), ask({ cost: 10, burst: 10, ratePerSecond: 500 })];
    for (const one of [half, most]) await buckets.take([one]);
    const { allowed } = await buckets.take([all]);
    expect(allowed).toBe(true);
    const busiest = await buckets.busiest(1000);
    const of = ({ key }: BucketAsk): number => busiest.find((bucket) => bucket.key === key)?.used ?? 0;
    expect(of(half)).toBeCloseTo(0.5, 2);
    expect(of(most)).toBeCloseTo(0.9, 2);
    const uses = busiest.map(({ used }) => used);
    expect(uses).toEqual(uses.toSorted((a, b) => b - a));
    expect(await buckets.busiest(1)).toHaveLength(1);
  });
});

test("every key in Redis ends, and all are on one node of a cluster", async () => {
  const names = (await redis.command("KEYS", "*{limits}*")) as string[];
  expect(names.length).toBeGreaterThan(0);
  for (const name of names) {
    expect(name).toMatch(/^gw:\{limits\}:b:[0-9a-f]{16}$/);
    // -1 is a key that stays; -2 one that has ended since.
    expect(Number(await redis.command("PTTL", name))).not.toBe(-1);
  }
});
