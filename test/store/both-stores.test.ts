import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import { randomUUID } from "node:crypto";
import type { OpenableStore } from "../../src/store/openable-store.ts";
import { type RedisServer, startRedis } from "../support/redis.ts";
import { waitFor } from "../support/wait-for.ts";
import { changes, newDirectory, newStore } from "./stores.ts";

interface Kind {
  readonly name: string;
  start?(): Promise<RedisServer>;
  /** Asks for a store on an empty place of its own, and how to clear that away. */
  make(server: RedisServer | undefined): { readonly store: OpenableStore; remove?(): void };
}

const onRedis = (server: RedisServer | undefined) =>
  newStore({ redisUrl: server?.url, redisPrefix: `${randomUUID()}:` });
const kinds: readonly Kind[] = [
  { name: "the embedded store in memory", make: () => newStore() },
  {
    name: "the embedded store on disk",
    make() {
      const { path, remove } = newDirectory();
      return { ...newStore({ dataDir: path }), remove };
    },
  },
  { name: "the store on Redis", start: () => startRedis(), make: onRedis },
  { name: "the store on Redis Cluster", start: () => startRedis({ cluster: true }), make: onRedis },
];

describe.each(kinds)("$name", ({ start, make }) => {
  let server: RedisServer | undefined;
  let store: OpenableStore;
  let remove: (() => void) | undefined;
  beforeAll(async () => {
    server = await start?.();
  });
  afterAll(() => server?.stop());
  beforeEach(() => {
    ({ store, remove } = { remove: undefined, ...make(server) });
  });
  afterEach(async () => {
    await store.close();
    remove?.();
  });

  test("does nothing before it is opened, and closes all the same", async () => {
    expect(store.available).toBe(store.kind === "embedded");
    expect(store.members.all.map(({ id }) => id)).toEqual([store.members.self]);
    await store.close();
    await store.close();
  });

  test("is available once it is open", async () => {
    const heard: boolean[] = [];
    store.onAvailable((available) => heard.push(available));
    await store.open();
    expect(store.available).toBe(true);
    expect(heard).toEqual(store.kind === "embedded" ? [] : [true]);
  });

  describe("a table", () => {
    test("is the same for the same name, and another for another", async () => {
      expect(store.table("a")).toBe(store.table("a"));
      const [a, b] = [store.table("a"), store.table("b")];
      await store.open();
      await a.put(changes({ key: "of a" }));
      expect([...b.entries]).toEqual([]);
      await b.put(changes({ key: "of b" }));
      expect([a.entries.get("key"), b.entries.get("key")]).toEqual(["of a", "of b"]);
    });

    test("takes a commit on the version it has, and tells the keys before the promise resolves", async () => {
      const table = store.table("t");
      const heard: string[][] = [];
      table.onChange((keys) => heard.push([...keys].sort()));
      await store.open();
      const base = table.version;
      expect(await table.commit(changes({ a: "1", b: "2" }), base)).toBe(true);
      expect(heard).toEqual([["a", "b"]]);
      expect(table.version).not.toBe(base);
      expect(await table.commit(changes({ a: undefined, c: "3" }), table.version)).toBe(true);
      expect([...table.entries].sort()).toEqual([
        ["b", "2"],
        ["c", "3"],
      ]);
      expect(heard[1]).toEqual(["a", "c"]);
    });

    test("refuses a commit on a version that is over, and changes nothing", async () => {
      const table = store.table("t");
      await store.open();
      const base = table.version;
      await table.put(changes({ a: "1" }));
      expect(await table.commit(changes({ a: "2" }), base)).toBe(false);
      expect(table.entries.get("a")).toBe("1");
      expect(await table.commit(changes({ a: "2" }), table.version)).toBe(true);
    });

    test("lets one of several commits on one version win", async () => {
      const table = store.table("t");
      await store.open();
      const base = table.version;
      const attempts = Array.from({ length: 20 }, (_, i) => table.commit(changes({ winner: String(i) }), base));
      const won = await Promise.all(attempts);
      expect(won.filter(Boolean)).toHaveLength(1);
      expect(table.entries.get("winner")).toBe(String(won.indexOf(true)));
    });

    test("takes puts whatever the version, all of them", async () => {
      const table = store.table("t");
      await store.open();
      await Promise.all(Array.from({ length: 200 }, (_, i) => table.put(changes({ [`k${i}`]: String(i) }))));
      expect(table.entries.size).toBe(200);
      expect(table.entries.get("k199")).toBe("199");
    });

    test("has nothing to do for no changes", async () => {
      const table = store.table("t");
      await store.open();
      const base = table.version;
      await table.put(new Map());
      expect(await table.commit(new Map(), base)).toBe(true);
      expect(table.version).toBe(base);
      expect(await table.commit(new Map(), base + 1)).toBe(false);
    });

    test("keeps texts as they are", async () => {
      const table = store.table("t");
      await store.open();
      const odd = { "": "empty key", 'quo"te\\': '{"a":[null,"\\u0000"]}', "žluť 🚀": "line\nbreak\r\ttab", empty: "" };
      await table.put(changes(odd));
      await table.put(changes({ "nul\0": "a\0b" }));
      expect(Object.fromEntries(table.entries)).toEqual({ ...odd, "nul\0": "a\0b" });
      await table.put(changes({ "": undefined, "nul\0": undefined }));
      expect(table.entries.size).toBe(3);
    });

    test("takes a text of two megabytes", async () => {
      const table = store.table("t");
      await store.open();
      const text = "ä".repeat(1024 * 1024);
      await table.put(changes({ big: text }));
      expect(table.entries.get("big") === text).toBe(true);
      await table.put(changes({ small: "1" }));
      expect(table.entries.size).toBe(2);
    });

    test("goes on when a listener throws", async () => {
      const table = store.table("t");
      const heard: number[] = [];
      table.onChange(() => {
        throw new Error("no");
      });
      table.onChange((keys) => heard.push(keys.size));
      await store.open();
      await table.put(changes({ a: "1" }));
      expect(heard).toEqual([1]);
    });
  });

  describe("leases", () => {
    test("run, are over, and stay so until they are dropped", async () => {
      const leases = store.leases("l");
      await store.open();
      await leases.renew("long", 60_000);
      await leases.renew("short", 1);
      await waitFor("the short one to be over", async () => (await leases.expired()).length === 1);
      expect(await leases.expired()).toEqual(["short"]);
      const left = await leases.left(["short", "long", "unknown"]);
      expect([...left.keys()].sort()).toEqual(["long", "short"]);
      expect(left.get("short")).toBeLessThanOrEqual(0);
      expect(left.get("long")).toBeWithin(50_000, 60_001);
      await leases.drop(["short", "unknown"]);
      expect(await leases.expired()).toEqual([]);
      expect([...(await leases.left(["short", "long"])).keys()]).toEqual(["long"]);
    });

    test("are lengthened by a renewal", async () => {
      const leases = store.leases("l");
      await store.open();
      await leases.renew("a", 1);
      await leases.renew("a", 60_000);
      await Bun.sleep(10);
      expect(await leases.expired()).toEqual([]);
    });

    test("with different names know nothing of each other", async () => {
      const [a, b] = [store.leases("a"), store.leases("b")];
      expect(store.leases("a")).toBe(a);
      await store.open();
      await a.renew("key", 60_000);
      expect((await b.left(["key"])).size).toBe(0);
    });

    test("take thousands of keys at once, and none", async () => {
      const leases = store.leases("l");
      await store.open();
      const keys = Array.from({ length: 10_000 }, (_, i) => `key ${i}`);
      await Promise.all(keys.slice(0, 1_000).map((key) => leases.renew(key, 60_000)));
      expect((await leases.left(keys)).size).toBe(1_000);
      await leases.drop(keys);
      expect((await leases.left(keys)).size).toBe(0);
      await leases.drop([]);
      expect((await leases.left([])).size).toBe(0);
    });
  });

  test("a gateway alone is the only member and leads", async () => {
    store.members.tell("before");
    await store.open();
    expect(store.members.leading).toBe(true);
    expect(store.members.all).toEqual([{ id: store.members.self, data: "before" }]);
    store.members.tell("hello");
    expect(store.members.all).toEqual([{ id: store.members.self, data: "hello" }]);
  });

  describe("attempts", () => {
    const policy = { free: 3, firstWaitMs: 60_000, longestWaitMs: 200_000, forgetMs: 1000 };

    test("as many as are free pass, also all at once, then a wait is told", async () => {
      await store.open();
      const attempts = store.attempts("logins");
      const waits = await Promise.all(Array.from({ length: 20 }, () => attempts.take("ada", policy)));
      expect(waits.filter((ms) => ms === 0)).toHaveLength(3);
      for (const ms of waits.filter((ms) => ms !== 0)) {
        expect(ms).toBeGreaterThan(50_000);
        expect(ms).toBeLessThanOrEqual(60_000);
      }
      expect(await attempts.take("bob", policy)).toBe(0);
      expect(await store.attempts("others").take("ada", policy)).toBe(0);
    });

    test("the wait doubles with each try beyond, up to the longest", async () => {
      await store.open();
      const attempts = store.attempts("logins");
      const short = { free: 1, firstWaitMs: 20, longestWaitMs: 60, forgetMs: 10_000 };
      const waits: number[] = [];
      for (let tries = 0; tries < 4; tries += 1) {
        while ((await attempts.take("ada", short)) > 0) await Bun.sleep(2);
        waits.push(await attempts.take("ada", { ...short, longestWaitMs: 60 }));
      }
      const [first = 0, second = 0, third = 0, fourth = 0] = waits;
      expect(first).toBeLessThanOrEqual(20);
      expect(second).toBeGreaterThan(20);
      expect(second).toBeLessThanOrEqual(40);
      expect(third).toBeGreaterThan(40);
      expect(fourth).toBeLessThanOrEqual(60);
    });

    test("one that is given back does not count, and nothing has to be waited for", async () => {
      await store.open();
      const attempts = store.attempts("logins");
      const twice = { free: 2, firstWaitMs: 60_000, longestWaitMs: 60_000, forgetMs: 60_000 };
      await attempts.giveBack("ada");
      await attempts.take("ada", twice);
      await attempts.take("ada", twice);
      expect(await attempts.take("ada", twice)).toBeGreaterThan(0);
      await attempts.giveBack("ada");
      expect(await attempts.take("ada", twice)).toBe(0);
      expect(await attempts.take("ada", twice)).toBeGreaterThan(0);
    });

    test("are forgotten when told so, and by themselves", async () => {
      await store.open();
      const attempts = store.attempts("logins");
      const once = { free: 1, firstWaitMs: 60_000, longestWaitMs: 60_000, forgetMs: 60_000 };
      await attempts.take("ada", once);
      expect(await attempts.take("ada", once)).toBeGreaterThan(0);
      await attempts.forget("ada");
      expect(await attempts.take("ada", once)).toBe(0);

      const brief = { free: 2, firstWaitMs: 60_000, longestWaitMs: 60_000, forgetMs: 30 };
      await attempts.take("bob", brief);
      await Bun.sleep(80);
      expect(await attempts.take("bob", brief)).toBe(0);
      expect(await attempts.take("bob", brief)).toBe(0);
      expect(await attempts.take("bob", brief)).toBeGreaterThan(0);
    });
  });
});
