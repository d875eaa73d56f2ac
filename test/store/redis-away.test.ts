import { describe, expect, test } from "bun:test";
import { StoreAwayError } from "@isaas/gateway-sdk/store";
import { freePort } from "../support/free-port.ts";
import { startRedis } from "../support/redis.ts";
import { waitFor } from "../support/wait-for.ts";
import { redisStores } from "./redis-stores.ts";
import { changes } from "./stores.ts";

const stores = redisStores();

async function join(url = stores.redis.url) {
  const opened = stores.newStore(url);
  const table = opened.store.table("t");
  const leases = opened.store.leases("l");
  const heard: boolean[] = [];
  opened.store.onAvailable((available) => heard.push(available));
  await opened.store.open();
  return { ...opened, table, leases, heard };
}

/** The error of something that must reject. */
async function failure(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => undefined,
    (error: unknown) => error,
  );
}

interface Outage {
  readonly name: string;
  readonly cluster?: boolean;
  readonly reason: RegExp;
  begin(): void | Promise<unknown>;
  end(): void | Promise<unknown>;
}

const outages: readonly Outage[] = [
  {
    name: "is killed and starts again, empty",
    reason: /ECONNREFUSED|closed/,
    begin: () => stores.redis.kill(),
    end: () => stores.redis.restart(),
  },
  { name: "is stopped and goes on", reason: /./, begin: () => stores.redis.pause(), end: () => stores.redis.resume() },
  {
    name: "is a cluster, is killed and starts again, empty",
    cluster: true,
    reason: /./,
    begin: () => stores.redis.kill(),
    end: () => stores.redis.restart(),
  },
  {
    name: "is a cluster, is stopped and goes on",
    cluster: true,
    reason: /./,
    begin: () => stores.redis.pause(),
    end: () => stores.redis.resume(),
  },
  {
    name: "becomes a replica and a master again",
    reason: /READONLY/,
    begin: () => stores.redis.command("REPLICAOF", "127.0.0.1", "1"),
    end: () => stores.redis.command("REPLICAOF", "NO", "ONE"),
  },
  {
    name: "has no memory left and gets more",
    reason: /OOM/,
    async begin() {
      await stores.redis.command("CONFIG", "SET", "maxmemory-policy", "noeviction");
      await stores.redis.command("CONFIG", "SET", "maxmemory", "1");
    },
    end: () => stores.redis.command("CONFIG", "SET", "maxmemory", "0"),
  },
];

describe.each(outages)("while Redis $name", ({ cluster = false, reason, begin, end }) => {
  test("reads go on, writes reject in time, and all comes back by itself", async () => {
    if (cluster) {
      await stores.redis.stop();
      stores.redis = await startRedis({ cluster });
    }
    const [one, two] = [await join(), await join()];
    await one.table.put(changes({ kept: "1" }));
    await waitFor("the change", () => two.table.entries.has("kept"));

    await begin();
    await waitFor("both to notice", () => !one.store.available && !two.store.available, 3_000);
    expect(one.table.entries.get("kept")).toBe("1");
    expect([one.store.members.leading, two.store.members.leading]).toEqual([true, true]);
    const start = performance.now();
    const attempts = [
      one.table.commit(changes({ kept: "2" }), one.table.version),
      one.table.put(changes({ kept: "3" })),
      one.leases.renew("a", 1_000),
      one.leases.expired(),
    ];
    const errors = await Promise.all(attempts.map(failure));
    // Answering reads is all right for a replica.
    for (const error of errors.slice(0, 3)) expect(error).toBeInstanceOf(StoreAwayError);
    expect((errors[0] as Error).cause).toBeInstanceOf(Error);
    expect(performance.now() - start).toBeLessThan(2_000);
    await Bun.sleep(700);
    expect(one.log.of("warn")).toHaveLength(1);
    expect(String(one.log.lines.find(({ level }) => level === "warn")?.fields["reason"])).toMatch(reason);

    await end();
    await waitFor("both to be back", () => one.store.available && two.store.available, 3_000);
    // Redis lost it in one of these cases, or does what had timed out in another.
    expect(one.table.entries.has("kept")).toBe(true);
    await one.table.put(changes({ after: "1" }));
    await waitFor("the change", () => two.table.entries.get("after") === "1", 2_000);
    await waitFor("two members", () => [one, two].every(({ store }) => store.members.all.length === 2));
    expect([one, two].filter(({ store }) => store.members.leading)).toHaveLength(1);
    expect(one.heard).toEqual([true, false, true]);
    expect(one.log.of("info")).toHaveLength(1);
    expect([...one.log.of("error"), ...two.log.of("error")]).toEqual([]);
  }, 20_000);
});

test("a stopped Redis is noticed, and one that goes on again too, within about a second", async () => {
  const one = await join();
  stores.redis.pause();
  let start = performance.now();
  await waitFor("it to be away", () => !one.store.available);
  expect(performance.now() - start).toBeLessThan(2_000);
  await Bun.sleep(1_500);
  stores.redis.resume();
  start = performance.now();
  await waitFor("it to be back", () => one.store.available);
  expect(performance.now() - start).toBeLessThan(2_000);
}, 20_000);

describe("entries survive as long as one gateway has them", () => {
  test("when Redis is flushed", async () => {
    const [one, two] = [await join(), await join()];
    await one.table.put(changes({ a: "1", b: "2" }));
    await one.leases.renew("a", 60_000);
    await waitFor("the change", () => two.table.entries.size === 2);
    await stores.redis.command("FLUSHALL");
    const hasAll = async () =>
      ((await stores.redis.command("HGETALL", "gw:{store}:entries:t")) as string[]).length === 4;
    await waitFor("Redis to have them again", hasAll, 3_000);
    expect((await one.leases.left(["a"])).size).toBe(0);
    await two.table.put(changes({ c: "3" }));
    await waitFor("all to have all", () => one.table.entries.size === 3, 2_000);
    expect(one.heard).toEqual([true]);
    const three = await join();
    expect(three.table.entries.size).toBe(3);
  });

  test("when the first thing after the loss is a write", async () => {
    const one = await join();
    await one.table.put(changes({ a: "1", b: "2" }));
    await stores.redis.command("FLUSHALL");
    await one.table.put(changes({ c: "3" }));
    expect([...one.table.entries.keys()].sort()).toEqual(["a", "b", "c"]);
    await stores.redis.command("FLUSHALL");
    const done = [await one.table.commit(changes({ d: "4" }), one.table.version)];
    if (done[0] === false) done.push(await one.table.commit(changes({ d: "4" }), one.table.version));
    expect(done.at(-1)).toBe(true);
    const two = await join();
    expect([...two.table.entries.keys()].sort()).toEqual(["a", "b", "c", "d"]);
  });

  test("when a newcomer writes before those who have them notice", async () => {
    const one = await join();
    await one.table.put(changes({ a: "old", b: "old" }));
    await stores.redis.command("FLUSHALL");
    const newcomer = stores.newStore();
    const table = newcomer.store.table("t");
    await newcomer.store.open();
    await table.put(changes({ b: "new", c: "new" }));
    await waitFor("both to have all", () => [one.table, table].every(({ entries }) => entries.size === 3), 3_000);
    const all = { a: "old", b: "new", c: "new" };
    expect(Object.fromEntries(one.table.entries)).toEqual(all);
    expect(Object.fromEntries(table.entries)).toEqual(all);
  });
});

test("a failover that lost writes is followed: Redis is right", async () => {
  const [one, two] = [await join(), await join()];
  await one.table.put(changes({ a: "1" }));
  await waitFor("the change", () => two.table.entries.has("a"));
  const keys = ["entries", "state", "changes"].map((part) => `gw:{store}:${part}:t`);
  for (const key of keys) await stores.redis.command("COPY", key, `saved ${key}`);
  await one.table.put(changes({ a: "2", lost: "1" }));
  await waitFor("the change", () => two.table.entries.has("lost"));
  for (const key of keys) await stores.redis.command("COPY", `saved ${key}`, key, "REPLACE");
  await waitFor("both to go back", () => [one, two].every(({ table }) => !table.entries.has("lost")), 3_000);
  expect(two.table.entries.get("a")).toBe("1");
  await two.table.put(changes({ a: "3" }));
  await waitFor("the change", () => one.table.entries.get("a") === "3", 2_000);
});

test("forgotten scripts are sent again", async () => {
  const one = await join();
  for (const text of ["1", "2"]) {
    await stores.redis.command("SCRIPT", "FLUSH");
    await one.table.put(changes({ a: text }));
    expect(one.table.entries.get("a")).toBe(text);
  }
  expect(one.store.available).toBe(true);
  expect(one.log.lines).toEqual([]);
});

test("a start without Redis takes under 2 s and is made good when Redis comes", async () => {
  const two = await join();
  await two.table.put(changes({ a: "1" }));
  await stores.redis.kill();
  const start = performance.now();
  const one = await join();
  expect(performance.now() - start).toBeLessThan(2_000);
  expect(one.store.available).toBe(false);
  expect(one.table.entries.size).toBe(0);
  const loaded: number[] = [];
  one.store.onAvailable(() => loaded.push(one.table.entries.size));
  await stores.redis.restart();
  await waitFor("both to be there", () => one.store.available && two.store.available, 3_000);
  await waitFor("the entries", () => one.table.entries.get("a") === "1", 2_000);
  expect(one.heard).toEqual([true]);
  expect(loaded).toHaveLength(1);
}, 20_000);

test("closing while Redis is stopped or gone takes no longer than giving up on an answer", async () => {
  const [one, two] = [await join(), await join()];
  stores.redis.pause();
  const start = performance.now();
  await one.store.close();
  expect(performance.now() - start).toBeLessThan(2_000);
  await stores.redis.kill();
  await two.store.close();
  expect(await failure(two.table.put(changes({ a: "1" })))).toBeInstanceOf(StoreAwayError);
});

test("a wrong password keeps it away and is in no log", async () => {
  const locked = await startRedis({ password: "right-secret" });
  try {
    const right = await join(`redis://:right-secret@127.0.0.1:${locked.port}`);
    expect(right.store.available).toBe(true);
    for (const url of [`redis://:wrong-secret@127.0.0.1:${locked.port}`, `redis://127.0.0.1:${locked.port}`]) {
      const { store, log, table } = await join(url);
      expect(store.available).toBe(false);
      expect(log.of("warn")).toHaveLength(1);
      expect(JSON.stringify(log.lines)).toMatch(/WRONGPASS|NOAUTH/);
      const error = await failure(table.put(changes({ a: "1" })));
      expect(Bun.inspect([log.lines, error])).not.toMatch(/wrong-secret|right-secret/);
    }
  } finally {
    await Promise.all(stores.open.map(({ store }) => store.close()));
    await locked.stop();
  }
});

test("a Sentinel leads to the master, with the same password for both", async () => {
  const master = await startRedis({ password: "secret" });
  const sentinel = await startRedis({
    password: "secret",
    sentinel: [
      `sentinel monitor main 127.0.0.1 ${master.port} 1`,
      "sentinel auth-pass main secret",
      "sentinel down-after-milliseconds main 1000",
    ],
  });
  try {
    const nobody = await freePort();
    const hosts = `127.0.0.1:${nobody},127.0.0.1:${sentinel.port}`;
    const one = await join(`redis+sentinel://:secret@${hosts}/main/2`);
    expect(one.store.available).toBe(true);
    await one.table.put(changes({ a: "1" }));
    expect(await master.command("INFO", "keyspace")).toContain("db2:");
  } finally {
    await Promise.all(stores.open.map(({ store }) => store.close()));
    await Promise.all([sentinel.stop(), master.stop()]);
  }
});
