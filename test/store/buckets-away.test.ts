import { describe, expect, test } from "bun:test";
import type { BucketAnswer, BucketAsk } from "@isaas/gateway-sdk/store";
import { waitFor } from "../support/wait-for.ts";
import { redisStores } from "./redis-stores.ts";

const stores = redisStores();

async function join() {
  const opened = stores.newStore();
  const buckets = opened.store.buckets("b");
  await opened.store.open();
  return { ...opened, buckets };
}

const slow = (key: string, burst = 100): BucketAsk => ({ key, ratePerSecond: 0.001, burst, cost: 1 });
const alone = "limits go on alone: each gateway enforces its share";
const back = "limits are shared again";

interface Outage {
  readonly name: string;
  begin(): unknown;
  end(): unknown;
}

const outages: readonly Outage[] = [
  { name: "is killed and starts again", begin: () => stores.redis.kill(), end: () => stores.redis.restart() },
  { name: "is stopped and goes on", begin: () => stores.redis.pause(), end: () => stores.redis.resume() },
  {
    name: "becomes a replica that nobody may write to",
    begin: () => stores.redis.command("REPLICAOF", "127.0.0.1", "1"),
    end: () => stores.redis.command("REPLICAOF", "NO", "ONE"),
  },
  {
    name: "is full",
    begin: () => stores.redis.command("CONFIG", "SET", "maxmemory", "1"),
    end: () => stores.redis.command("CONFIG", "SET", "maxmemory", "0"),
  },
];

describe.each(outages.map((outage) => [outage.name, outage] as const))("when Redis %s", (_, { begin, end }) => {
  test("no take fails, none waits once three have failed, and all is shared again afterwards", async () => {
    const [one, two] = [await join(), await join()];
    await waitFor("both to know each other", () => stores.open.every(({ store }) => store.members.all.length === 2));
    await one.buckets.take([slow("00000000000000aa")]);
    await begin();
    const startMs = performance.now();
    for (let call = 0; call < 3; call += 1)
      expect((await one.buckets.take([slow("00000000000000bb")])).alone).toBe(true);
    expect(performance.now() - startMs).toBeLessThan(2000);
    expect(one.buckets.alone).toBe(true);
    expect(one.store.degraded).toBe(true);
    // At once from here on: no promise, and the limit is split between the two that were there.
    const answers = Array.from({ length: 100 }, () => one.buckets.take([slow("00000000000000bb")]) as BucketAnswer);
    expect(answers.filter(({ allowed }) => allowed)).toHaveLength(50 - 3);
    expect(one.log.of("warn").filter((message) => message === alone)).toHaveLength(1);

    await end();
    await waitFor("the limits to be shared again", () => !one.buckets.alone);
    expect(one.log.of("info").filter((message) => message === back)).toHaveLength(1);
    const after = [one, two].flatMap(({ buckets }) =>
      Array.from({ length: 150 }, () => buckets.take([slow("00000000000000cc")])),
    );
    const decided = await Promise.all(after);
    expect(decided.filter((answer) => answer.allowed)).toHaveLength(100);
    expect(decided.some((answer) => answer.alone)).toBe(false);
    await waitFor("the store to be well", () => stores.open.every(({ store }) => !store.degraded));
  });
});

test("forgotten scripts are given to Redis again, unnoticed", async () => {
  const { buckets } = await join();
  await buckets.take([slow("00000000000000aa")]);
  await stores.redis.command("SCRIPT", "FLUSH");
  const answers = await Promise.all(Array.from({ length: 150 }, () => buckets.take([slow("00000000000000bb")])));
  expect(answers.filter(({ allowed }) => allowed)).toHaveLength(100);
  expect(answers.some((answer) => answer.alone)).toBe(false);
});

test("a flushed Redis begins anew: every bucket is full, and limits stay exact", async () => {
  const { buckets } = await join();
  const ask = slow("00000000000000aa", 5);
  for (let call = 0; call < 6; call += 1) await buckets.take([ask]);
  await stores.redis.command("FLUSHALL");
  const answers = await Promise.all(Array.from({ length: 20 }, () => buckets.take([ask])));
  expect(answers.filter(({ allowed }) => allowed)).toHaveLength(5);
});

test("a gateway that stood still for a moment does not blame Redis for it", async () => {
  const { buckets } = await join();
  await buckets.take([slow("00000000000000aa")]);
  for (let round = 0; round < 5; round += 1) {
    const answer = buckets.take([slow("00000000000000aa")]);
    // Goes out first, so that the answer waits to be read.
    await Bun.sleep(0);
    const endMs = performance.now() + 150;
    while (performance.now() < endMs);
    expect((await answer).alone).toBe(false);
  }
});

test("two that ask at once get the burst between them", async () => {
  const both = [await join(), await join()];
  const takes = both.flatMap(({ buckets }) =>
    Array.from({ length: 500 }, () => buckets.take([slow("00000000000000aa")])),
  );
  expect((await Promise.all(takes)).filter(({ allowed }) => allowed)).toHaveLength(100);
});
