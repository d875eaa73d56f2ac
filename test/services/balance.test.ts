import { expect, test } from "bun:test";
import { pickLeastLoaded } from "../../src/services/balance.ts";
import { createRandom } from "../support/random.ts";

const loads = (...counts: number[]): { inFlight: number }[] => counts.map((inFlight) => ({ inFlight }));

test("none of nothing, and the one there is", () => {
  expect(pickLeastLoaded([])).toBeUndefined();
  expect(pickLeastLoaded(loads(9))).toEqual({ inFlight: 9 });
});

test("of two the less loaded one is always picked", () => {
  const [busy, idle] = loads(5, 4);
  if (busy === undefined || idle === undefined) throw new Error("two instances");
  for (let round = 0; round < 100; round += 1) expect(pickLeastLoaded([busy, idle])).toBe(idle);
});

test("the two choices are never the same instance: the most loaded of many is never picked", () => {
  const instances = loads(1, 1, 1, 9, 1);
  for (let round = 0; round < 1000; round += 1) expect(pickLeastLoaded(instances)?.inFlight).toBe(1);
});

test("equal loads are picked equally often", () => {
  const instances = loads(0, 0, 0, 0);
  const random = createRandom(7);
  const counts = new Map<unknown, number>();
  for (let round = 0; round < 8000; round += 1) {
    const picked = pickLeastLoaded(instances, random);
    counts.set(picked, (counts.get(picked) ?? 0) + 1);
  }
  for (const count of counts.values()) expect(Math.abs(count - 2000)).toBeLessThan(250);
  expect(counts.size).toBe(4);
});

test("loads even out: the spread of 100,000 balls in 100 bins stays small", () => {
  const bins = Array.from({ length: 100 }, () => ({ inFlight: 0 }));
  for (let ball = 0; ball < 100_000; ball += 1) {
    const bin = pickLeastLoaded(bins, Math.random);
    if (bin !== undefined) bin.inFlight += 1;
  }
  const counts = bins.map((bin) => bin.inFlight);
  expect(Math.max(...counts) - Math.min(...counts)).toBeLessThan(40);
});
