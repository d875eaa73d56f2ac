import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { StoreAwayError } from "@isaas/gateway-sdk/store";
import { Sweeper } from "../../../plugins/registry/sweeper.ts";
import { createManualClock, type ManualClock } from "../../support/manual-clock.ts";
import { openParts, type Parts, toRegistration } from "./parts.ts";

let clock: ManualClock;
let parts: Parts;
let sweeper: Sweeper;
/** What goes wrong with the next eviction. */
let trouble: Error | undefined;

beforeEach(async () => {
  clock = createManualClock();
  parts = await openParts({}, clock);
  trouble = undefined;
  const { catalogue, leases, log, registrar } = parts;
  const evict = async (keys: readonly string[]): Promise<void> => {
    if (trouble !== undefined) throw trouble;
    await registrar.remove(keys, "lease ran out");
  };
  sweeper = new Sweeper({ clock, log, catalogue, leases, evict });
});
afterEach(() => parts.store.close());

const idsOf = (service = "billing_service") =>
  [...parts.catalogue.instancesOf(service).values()].map(({ instance_id }) => instance_id);

async function register(...ids: string[]): Promise<void> {
  for (const [index, instance_id] of ids.entries()) {
    await parts.registrar.register(toRegistration({ instance_id, port: 1000 + index + parts.catalogue.size }));
  }
}

/** Sweeps each second, so long. */
async function sweepFor(seconds: number): Promise<void> {
  for (let second = 0; second < seconds; second += 1) {
    clock.pass(1000);
    await sweeper.sweep();
  }
}

async function renewAll(): Promise<void> {
  for (const record of parts.catalogue.instancesOf("billing_service").values()) await parts.registrar.renew(record);
}

test("a lease of 30 s ends after 30 s, and its instance is gone with a line in the log", async () => {
  await register("one");
  await sweepFor(29);
  expect(idsOf()).toEqual(["one"]);
  await sweepFor(1);
  expect(idsOf()).toEqual([]);
  expect(parts.log.lines.at(-1)).toEqual({
    level: "info",
    fields: { service: "billing_service", instance: "one", to: "stopped", reason: "lease ran out" },
    message: "instance status",
  });
  expect((await parts.leases.left(["billing_service/one"])).size).toBe(0);
});

test("while most of a service are silent, one of ten goes each heartbeat, and the log says so", async () => {
  await register(...Array.from({ length: 10 }, (_, index) => `i${index}`));
  await sweepFor(30);
  expect(idsOf()).toHaveLength(9);
  await sweepFor(9);
  expect(idsOf()).toHaveLength(9);
  await sweepFor(1);
  expect(idsOf()).toHaveLength(8);
  expect(parts.log.lines.find(({ level }) => level === "warn")).toMatchObject({
    fields: { service: "billing_service", evicted: 1, spared: 9 },
  });
});

test("the trouble of one service is not that of another", async () => {
  await register("one", "two", "three");
  await parts.registrar.register(toRegistration({ service_name: "stock_service", port: 77 }));
  await sweepFor(30);
  expect(idsOf()).toHaveLength(2);
  expect(idsOf("stock_service")).toEqual([]);
});

describe("nobody loses by what the gateway did not hear:", () => {
  test("after a pause of more than 2 s everybody gets a whole lease", async () => {
    await register("one", "two");
    await sweepFor(20);
    clock.pass(60_000);
    await sweeper.sweep();
    await sweepFor(29);
    expect(idsOf()).toEqual(["one", "two"]);
    await sweepFor(11);
    expect(idsOf()).toEqual([]);
  });

  test("a pause in which a heartbeat fell due costs nobody a lease of 3 s", async () => {
    await parts.registrar.register(toRegistration({ lease_seconds: 3 }));
    for (let round = 0; round < 5; round += 1) {
      await renewAll();
      clock.pass(900);
      await sweeper.sweep();
      clock.pass(2200);
      await sweeper.sweep();
      expect(idsOf()).toHaveLength(1);
    }
  });

  test("after it was told that it was deaf", async () => {
    await register("one");
    await sweepFor(29);
    sweeper.wasDeaf();
    await sweepFor(30);
    expect(idsOf()).toEqual(["one"]);
    await sweepFor(1);
    expect(idsOf()).toEqual([]);
  });

  test("after the store was away while it evicted: everybody gets a whole lease, and the sweep does not reject", async () => {
    await register("one");
    await sweepFor(29);
    for (const wrapped of [new StoreAwayError(), new Error("away", { cause: new StoreAwayError() })]) {
      trouble = wrapped;
      await sweepFor(40);
      expect(idsOf()).toEqual(["one"]);
    }
    trouble = undefined;
    await sweepFor(62);
    expect(idsOf()).toEqual([]);
  });

  test("resting, while another gateway sweeps, is no pause", async () => {
    await register("one");
    await sweepFor(1);
    for (let second = 0; second < 28; second += 1) {
      clock.pass(1000);
      sweeper.rest();
    }
    await sweepFor(1);
    expect(idsOf()).toEqual([]);
  });
});

test("an instance whose lease the store has lost gets one within ten sweeps, and it ends", async () => {
  await register("one");
  await sweeper.sweep();
  await parts.leases.drop(["billing_service/one"]);
  await sweepFor(10);
  expect((await parts.leases.left(["billing_service/one"])).get("billing_service/one")).toBe(30_000);
  await sweepFor(30);
  expect(idsOf()).toEqual([]);
});

test("a lease of nobody is dropped when it ends", async () => {
  await parts.leases.renew("ghost_service/one", 3000);
  await sweepFor(4);
  expect(await parts.leases.expired()).toEqual([]);
});

test("a sweep that takes longer than a second is not joined by a second one", async () => {
  await register("one");
  await sweeper.sweep();
  clock.pass(30_000 - 1);
  sweeper.rest();
  clock.pass(1);
  const { promise, resolve } = Promise.withResolvers<void>();
  const { catalogue, leases, log } = parts;
  let evictions = 0;
  const evict = async (): Promise<void> => {
    evictions += 1;
    await promise;
  };
  const slow = new Sweeper({ clock, log, catalogue, leases, evict });
  const first = slow.sweep();
  await slow.sweep();
  await slow.sweep();
  resolve();
  await first;
  expect(evictions).toBe(1);
  await slow.sweep();
  expect(evictions).toBe(2);
});

test("a mistake of ours is not swallowed, and the next sweep goes on", async () => {
  await register("one");
  await sweepFor(29);
  clock.pass(1000);
  trouble = new TypeError("a mistake");
  expect(sweeper.sweep()).rejects.toThrow("a mistake");
  await Bun.sleep(0);
  trouble = undefined;
  await sweepFor(1);
  expect(idsOf()).toEqual([]);
});
