import { describe, expect, test } from "bun:test";
import { createBalancer } from "../../../src/services/balance/create-balancer.ts";
import { createConsistentHash } from "../../../src/services/balance/consistent-hash.ts";
import type { Instance } from "../../../src/services/instance.ts";
import { createRandom } from "../../support/random.ts";
import { callerWith, countPicks, createInstance, createInstances } from "../instances.ts";

const byAddress = createBalancer({ policy: "consistent_hash", hash_on: "client_address" });
const callers = Array.from({ length: 10_000 }, (_, index) => callerWith({}, `caller-${index}`));
const homes = (instances: readonly Instance[]) => callers.map((caller) => byAddress(instances, caller)?.id);
const moved = (before: readonly unknown[], after: readonly unknown[]) =>
  before.filter((home, index) => home !== after[index]).length;

test("a key meets the same instance each time, in whatever order they stand", () => {
  const instances = createInstances(10);
  expect(homes(instances.toReversed())).toEqual(homes(instances));
});

test("keys are spread evenly", () => {
  const counts = new Map<unknown, number>();
  for (const home of homes(createInstances(10))) counts.set(home, (counts.get(home) ?? 0) + 1);
  expect(counts.size).toBe(10);
  // 1,000 each; four standard deviations are 120.
  for (const count of counts.values()) expect(count).toBeWithin(880, 1121);
});

test("keys are spread by weight", () => {
  const instances = [createInstance("large", { weight: 4 }), createInstance("small")];
  const large = homes(instances).filter((home) => home === "large").length;
  expect(large).toBeWithin(7800, 8200);
});

test("without one of ten, exactly its tenth of the keys moves", () => {
  const ten = createInstances(10);
  const before = homes(ten);
  const after = homes(ten.filter(({ id }) => id !== "i-4"));
  expect(moved(before, after)).toBe(before.filter((home) => home === "i-4").length);
  expect(moved(before, after)).toBeWithin(880, 1121);
});

test("an eleventh takes about an eleventh of the keys, and nothing else moves", () => {
  const ten = createInstances(10);
  const before = homes(ten);
  const after = homes([...ten, createInstance("i-new")]);
  expect(moved(before, after)).toBe(after.filter((home) => home === "i-new").length);
  expect(moved(before, after)).toBeWithin(790, 1030);
});

describe("bounded load", () => {
  const fill = (instances: readonly Instance[], requests: number): void => {
    for (let request = 0; request < requests; request += 1) {
      const instance = byAddress(instances, callerWith({}, "one hot key"));
      if (instance !== undefined) instance.inFlight += 1;
    }
  };

  test("one hot key gives no instance more than 1.25 times the average in flight", () => {
    const instances = createInstances(4);
    for (let requests = 0; requests < 400; requests += 1) {
      fill(instances, 1);
      const most = Math.max(...instances.map(({ inFlight }) => inFlight));
      expect(most).toBeLessThanOrEqual(Math.ceil((1.25 * (requests + 1)) / 4));
    }
  });

  test("what is too much for one goes to the next best, not to all", () => {
    const instances = createInstances(10);
    fill(instances, 100);
    // The average is 10: seven or eight hold 12 or 13 before the last of them is asked at all.
    const loads = instances.map(({ inFlight }) => inFlight).sort((a, b) => b - a);
    for (const load of loads.slice(0, 7)) expect(load).toBeWithin(12, 14);
    expect(loads.at(-1)).toBe(0);
  });

  test("is by weight", () => {
    const instances = [createInstance("large", { weight: 3 }), createInstance("small")];
    fill(instances, 100);
    expect(instances[0]?.inFlight).toBeLessThanOrEqual(94);
    expect(instances[1]?.inFlight).toBeLessThanOrEqual(32);
  });

  test("a request goes home again once there is room", () => {
    const instances = createInstances(4);
    const caller = callerWith({}, "one hot key");
    const home = byAddress(instances, caller);
    if (home === undefined) throw new Error("nobody was picked");
    home.inFlight = 5;
    expect(byAddress(instances, caller)).not.toBe(home);
    home.inFlight = 0;
    expect(byAddress(instances, caller)).toBe(home);
  });
});

test("one that warms up lets the rest of its keys' requests go to the next best", () => {
  const instances = createInstances(4);
  const caller = callerWith({}, "a key");
  const pick = createConsistentHash(() => "a key", createRandom(5));
  const home = pick(instances, caller);
  if (home === undefined) throw new Error("nobody was picked");
  home.warmth = 0.25;
  const counts = countPicks(4000, () => pick(instances, caller));
  expect(counts[home.id]).toBeWithin(850, 1150);
  expect(Object.keys(counts)).toHaveLength(2);
});

test("without a key, requests are spread by load", () => {
  const byHeader = createBalancer({ policy: "consistent_hash", hash_on: "header:X-Customer" });
  const instances = createInstances(4);
  expect(Object.keys(countPicks(200, () => byHeader(instances, callerWith())))).toHaveLength(4);
  for (const instance of instances) instance.inFlight = instance.id === "i-2" ? 9 : 1;
  expect(countPicks(200, () => byHeader(instances, callerWith()))).not.toHaveProperty("i-2");
});
