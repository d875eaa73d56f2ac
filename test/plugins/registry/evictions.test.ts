import { describe, expect, test } from "bun:test";
import { chooseEvictions, type Leased } from "../../../plugins/registry/evictions.ts";
import { createRandom, pick } from "../../support/random.ts";

/** Instances by what is left of their leases, in seconds; all leases are of 30 s. */
const leftOf = (...seconds: number[]): Leased[] =>
  seconds.map((left, index) => ({ key: `s/${index}`, leaseMs: 30_000, leftMs: left * 1000 }));
const repeat = (count: number, seconds: number) => Array.from({ length: count }, () => seconds);

describe("of instances of which most renew", () => {
  test("those go whose lease is over, all at once", () => {
    expect(chooseEvictions(leftOf(25, -1, 20, 0, 30))).toEqual({ evicted: ["s/1", "s/3"], spared: 0, guarded: false });
  });

  test("nobody goes who has a moment left", () => {
    expect(chooseEvictions(leftOf(25, 0.001, 20))).toEqual({ evicted: [], spared: 0, guarded: false });
  });

  test("one whose lease is over goes when it is half of two", () => {
    expect(chooseEvictions(leftOf(25, -1))).toEqual({ evicted: ["s/1"], spared: 0, guarded: false });
  });
});

test("an instance that is alone is not guarded", () => {
  expect(chooseEvictions(leftOf(0))).toEqual({ evicted: ["s/0"], spared: 0, guarded: false });
});

test("of none, none goes", () => {
  expect(chooseEvictions([])).toEqual({ evicted: [], spared: 0, guarded: false });
});

describe("of instances of which most are silent", () => {
  test.each([
    [2, 1],
    [3, 1],
    [6, 1],
    [7, 1],
    [13, 1],
    [14, 2],
    [19, 2],
    [20, 3],
    [100, 15],
    [1000, 150],
  ])("%d lose %d a sweep", (count, most) => {
    const { evicted, spared, guarded } = chooseEvictions(leftOf(...repeat(count, -1)));
    expect([evicted.length, spared, guarded]).toEqual([most, count - most, true]);
  });

  test("those go first whose leases have been over the longest", () => {
    const { evicted } = chooseEvictions(leftOf(...repeat(10, -1), -3, ...repeat(8, -1), -9));
    expect(evicted).toEqual(["s/19", "s/10", "s/0"]);
  });

  test("silent is who missed a heartbeat by half: two thirds of a lease left are none, half of one is", () => {
    expect(chooseEvictions(leftOf(-1, 15, 15, 15.1, 15.1)).guarded).toBe(true);
    expect(chooseEvictions(leftOf(-1, 15, 15.1, 15.1, 15.1)).guarded).toBe(false);
  });

  test("each counts by its own lease", () => {
    const long = (leftMs: number, key: string): Leased => ({ key, leaseMs: 3_600_000, leftMs });
    // A quarter of an hour left of an hour is silence; 14 s left of 20 are none.
    const silent = [long(900_000, "a"), long(900_000, "b"), ...leftOf(-1)];
    expect(chooseEvictions(silent).guarded).toBe(true);
    const awake = [long(3_000_000, "a"), long(3_000_000, "b"), ...leftOf(-1)];
    expect(chooseEvictions(awake).guarded).toBe(false);
  });
});

test("in 2,000 random services, only those go that are over, never more than may, and the rest is counted", () => {
  for (let seed = 1; seed <= 2000; seed += 1) {
    const random = createRandom(seed);
    const instances = Array.from({ length: 1 + Math.floor(random() * 40) }, (_, index): Leased => {
      const leaseMs = pick(random, [3000, 30_000, 3_600_000]);
      return { key: `s/${index}`, leaseMs, leftMs: leaseMs * (random() * 1.5 - 0.5) };
    });
    const over = instances.filter(({ leftMs }) => leftMs <= 0);
    const silent = instances.filter(({ leaseMs, leftMs }) => leftMs <= leaseMs / 2);
    const { evicted, spared, guarded } = chooseEvictions(instances);
    expect(evicted.every((key) => over.some((one) => one.key === key))).toBe(true);
    expect(evicted.length + spared).toBe(over.length);
    expect(guarded).toBe(instances.length > 1 && silent.length > instances.length / 2);
    const most = guarded ? Math.max(1, Math.floor(instances.length * 0.15)) : over.length;
    expect(evicted.length).toBe(Math.min(over.length, most));
  }
});
