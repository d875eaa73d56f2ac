import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import { randomUUID } from "node:crypto";
import { type RedisServer, startRedis } from "../support/redis.ts";
import { type Relay, startRelay } from "../support/relay.ts";
import { waitFor } from "../support/wait-for.ts";
import { changes, newStore, type Opened } from "./stores.ts";

let redis: RedisServer;
let prefix: string;
let open: Opened[];

beforeAll(async () => {
  redis = await startRedis();
});
afterAll(() => redis.stop());
beforeEach(() => {
  prefix = `${randomUUID()}:`;
  open = [];
});
afterEach(async () => {
  await Promise.all(open.map(({ store }) => store.close()));
});

/** Another gateway on the same Redis, its table `t` open. */
async function join(url = redis.url) {
  const opened = newStore({ redisUrl: url, redisPrefix: prefix });
  open.push(opened);
  const table = opened.store.table("t");
  await opened.store.open();
  return { ...opened, table, members: opened.store.members };
}

const idsOf = (members: { readonly all: readonly { readonly id: string }[] }): string[] =>
  members.all.map(({ id }) => id);

/** Adds one through look, decide and commit until it is done. */
async function increment(table: Awaited<ReturnType<typeof join>>["table"], key: string): Promise<void> {
  for (;;) {
    const next = String(Number(table.entries.get(key) ?? "0") + 1);
    if (await table.commit(changes({ [key]: next }), table.version)) return;
  }
}

describe("a table on two gateways", () => {
  test("is loaded with what is there before open resolves, odd texts too", async () => {
    const odd = { "": "empty", "nul\0": "a\0b\n\t", "žluť 🚀": '{"\\u2028":"\u2028"}', big: "ä".repeat(1_000_000) };
    const first = await join();
    await first.table.put(changes(odd));
    const second = await join();
    expect(Object.fromEntries(second.table.entries)).toEqual(odd);
  });

  test("brings a change to the other within a second", async () => {
    const [one, two] = [await join(), await join()];
    const heard: string[][] = [];
    two.table.onChange((keys) => heard.push([...keys]));
    const start = performance.now();
    await one.table.put(changes({ a: "1" }));
    await waitFor("the change", () => two.table.entries.get("a") === "1", 1_000);
    expect(performance.now() - start).toBeLessThan(1_000);
    await one.table.put(changes({ a: undefined }));
    await waitFor("the change", () => !two.table.entries.has("a"), 1_000);
    expect(heard).toEqual([["a"], ["a"]]);
  });

  test("lets exactly one of two commits on the same entries win, and brings the loser up to date", async () => {
    const [one, two] = [await join(), await join()];
    for (let round = 0; round < 50; round += 1) {
      const results = await Promise.all([
        one.table.commit(changes({ winner: `one ${round}` }), one.table.version),
        two.table.commit(changes({ winner: `two ${round}` }), two.table.version),
      ]);
      expect(results.filter(Boolean)).toHaveLength(1);
      const loser = results[0] ? two : one;
      expect(loser.table.entries.get("winner")).toBe(`${results[0] ? "one" : "two"} ${round}`);
      await waitFor("both to agree", () => one.table.entries.get("winner") === two.table.entries.get("winner"));
    }
  });

  test("loses none of 1,000 increments through look and commit on both", async () => {
    const [one, two] = [await join(), await join()];
    const work = [one, two].map(async ({ table }) => {
      for (let i = 0; i < 500; i += 1) await increment(table, "count");
    });
    await Promise.all(work);
    await waitFor("both to have all", () => [one, two].every(({ table }) => table.entries.get("count") === "1000"));
  }, 30_000);

  test("ends up the same on both after many puts at once", async () => {
    const [one, two] = [await join(), await join()];
    const puts = [one, two].flatMap(({ table }, gateway) =>
      Array.from({ length: 500 }, (_, i) =>
        table.put(
          changes({ [`k${i % 50}`]: i % 7 === 0 ? undefined : `${gateway} ${i}`, [`own ${gateway} ${i}`]: "x" }),
        ),
      ),
    );
    await Promise.all(puts);
    const same = () => JSON.stringify([one, two].map(({ table }) => [...table.entries].sort()));
    await waitFor("both to be equal", () => {
      const [a, b] = JSON.parse(same()) as [unknown, unknown];
      return Bun.deepEquals(a, b) && one.table.entries.size >= 1_000;
    });
  });

  test("reaches who has missed more changes than are kept", async () => {
    const relay = await startRelay(redis.port);
    try {
      const [one, two] = [await join(), await join(`redis://127.0.0.1:${relay.port}`)];
      await one.table.put(changes({ gone: "soon" }));
      await waitFor("the change", () => two.table.entries.has("gone"));
      relay.cut();
      await one.table.put(changes({ gone: undefined }));
      for (let i = 0; i < 1_100; i += 1) await one.table.put(changes({ [`k${i % 10}`]: String(i) }));
      relay.heal();
      await waitFor("all of it", () => two.table.entries.get("k9") === "1099");
      expect([...two.table.entries].sort()).toEqual([...one.table.entries].sort());
    } finally {
      relay.close();
    }
  }, 20_000);

  test("reaches the other in under a second when its messages do not", async () => {
    const [one, two] = [await join(), await join()];
    for (let round = 0; round < 5; round += 1) {
      expect(await redis.command("CLIENT", "KILL", "TYPE", "pubsub")).toBeGreaterThan(0);
      await one.table.put(changes({ round: String(round) }));
      await waitFor("the change", () => two.table.entries.get("round") === String(round), 1_000);
    }
    expect([one, two].every(({ store }) => store.available)).toBe(true);
  });
});

describe("gateways on one Redis", () => {
  test("know each other by age, and the first leads", async () => {
    const one = await join();
    const two = await join();
    const three = await join();
    const all = [one, two, three].map(({ members }) => members.self);
    await waitFor("all to know all", () =>
      [one, two, three].every(({ members }) => Bun.deepEquals(idsOf(members), all)),
    );
    expect([one, two, three].map(({ members }) => members.leading)).toEqual([true, false, false]);
  });

  test("hear what another tells within a second", async () => {
    const [one, two] = [await join(), await join()];
    one.members.tell("news");
    await waitFor("the news", () => two.members.all.some(({ data }) => data === "news"), 1_000);
    expect(two.members.all.find(({ id }) => id === one.members.self)?.data).toBe("news");
  });

  test("hear at once when one leaves, and the next leads", async () => {
    const [one, two] = [await join(), await join()];
    let heard = 0;
    two.members.onChange(() => (heard += 1));
    await one.store.close();
    await waitFor("the second to be alone", () => idsOf(two.members).length === 1, 1_000);
    expect(two.members.leading).toBe(true);
    expect(heard).toBe(1);
  });

  describe("in processes of their own", () => {
    async function spawn() {
      const script = `${import.meta.dir}/joins.ts`;
      const child = Bun.spawn([process.execPath, script, redis.url, prefix], { stdout: "pipe", stdin: "pipe" });
      const { value } = await child.stdout.getReader().read();
      return { child, id: new TextDecoder().decode(value).trim() };
    }

    test("miss one that is stopped, and take it back as the youngest", async () => {
      const { child, id } = await spawn();
      try {
        const { members } = await join();
        expect(idsOf(members)).toEqual([id, members.self]);
        child.kill("SIGSTOP");
        await waitFor("it to be missed", () => members.leading && idsOf(members).length === 1, 6_000);
        child.kill("SIGCONT");
        await waitFor("it to be back", () => idsOf(members).length === 2, 3_000);
        expect(idsOf(members)).toEqual([members.self, id]);
        expect(members.leading).toBe(true);
        child.stdin.end();
        expect(await child.exited).toBe(0);
        await waitFor("it to have left", () => idsOf(members).length === 1, 1_000);
      } finally {
        child.kill("SIGKILL");
      }
    }, 20_000);

    test("miss one that is killed within some seconds", async () => {
      const { child } = await spawn();
      const { members } = await join();
      child.kill("SIGKILL");
      await waitFor("it to be missed", () => members.leading && idsOf(members).length === 1, 6_000);
    }, 20_000);
  });

  describe("when one is parted from it", () => {
    let relay: Relay;
    beforeEach(async () => {
      relay = await startRelay(redis.port);
    });
    afterEach(() => relay.close());

    test.each(["cut", "blackhole"] as const)(
      "by a %s, it goes on alone, and is the youngest when it is back",
      async (how) => {
        const [one, two] = [await join(`redis://127.0.0.1:${relay.port}`), await join()];
        await waitFor("both to know both", () => idsOf(one.members).length === 2 && idsOf(two.members).length === 2);
        relay[how]();
        await waitFor("it to notice", () => !one.store.available, 2_000);
        expect(idsOf(one.members)).toEqual([one.members.self]);
        expect(one.members.leading).toBe(true);
        await waitFor("the other to notice", () => two.members.leading && idsOf(two.members).length === 1, 6_000);
        await two.table.put(changes({ meanwhile: "1" }));
        relay.heal();
        await waitFor("it to be back", () => one.store.available, 4_000);
        expect(one.table.entries.get("meanwhile")).toBe("1");
        expect(idsOf(one.members)).toEqual([two.members.self, one.members.self]);
        expect(one.members.leading).toBe(false);
        expect(one.log.of("warn")).toHaveLength(1);
        expect(one.log.of("info")).toHaveLength(1);
      },
      20_000,
    );
  });
});

test("another prefix and another database are another world", async () => {
  const one = await join();
  const other = newStore({ redisUrl: `${redis.url}/1`, redisPrefix: prefix });
  open.push(other);
  const table = other.store.table("t");
  await other.store.open();
  await one.table.put(changes({ a: "1" }));
  await table.put(changes({ b: "2" }));
  prefix = `${randomUUID()}:`;
  const stranger = await join();
  await Bun.sleep(600);
  expect([...one.table.entries]).toEqual([["a", "1"]]);
  expect([...table.entries]).toEqual([["b", "2"]]);
  expect(stranger.table.entries.size).toBe(0);
  expect(idsOf(one.members)).toHaveLength(1);
});
