import { expect, test } from "bun:test";
import { pickLeastLoaded } from "../../../src/services/balance/least-loaded.ts";
import { createRandom } from "../../support/random.ts";
import { countPicks, createInstance, createInstances } from "../instances.ts";

test("none of nothing, and the one there is", () => {
  expect(pickLeastLoaded([])).toBeUndefined();
  const only = createInstance("only", { inFlight: 9 });
  expect(pickLeastLoaded([only])).toBe(only);
});

test("of two busy ones the less loaded is always picked", () => {
  const busy = createInstance("busy", { inFlight: 5 });
  const idler = createInstance("idler", { inFlight: 4 });
  expect(countPicks(100, () => pickLeastLoaded([busy, idler]))).toEqual({ idler: 100 });
});

test("load counts by weight: 9 in flight are little for a weight of 10", () => {
  const large = createInstance("large", { inFlight: 9, weight: 10 });
  const small = createInstance("small", { inFlight: 1, weight: 1 });
  expect(countPicks(100, () => pickLeastLoaded([large, small]))).toEqual({ large: 100 });
});

test("the two choices are never the same instance: the most loaded of many is never picked", () => {
  const instances = createInstances(5);
  for (const [index, instance] of instances.entries()) instance.inFlight = index === 3 ? 9 : 1;
  expect(countPicks(1000, () => pickLeastLoaded(instances))).not.toHaveProperty("i-3");
});

test("idle ones are picked equally often", () => {
  const random = createRandom(7);
  const instances = createInstances(4);
  const counts = Object.values(countPicks(8000, () => pickLeastLoaded(instances, random)));
  expect(counts).toHaveLength(4);
  for (const count of counts) expect(Math.abs(count - 2000)).toBeLessThan(250);
});

test("idle ones are picked as their weights say, however many requests the heavier could take", () => {
  const random = createRandom(8);
  const instances = [createInstance("a", { weight: 3 }), createInstance("b", { weight: 1 })];
  const { a = 0 } = countPicks(8000, () => pickLeastLoaded(instances, random));
  expect(Math.abs(a - 6000)).toBeLessThan(250);
});

test("loads even out by weight: 100,000 balls in 100 bins, half of them three times as large", () => {
  const random = createRandom(9);
  const bins = createInstances(100);
  for (const [index, bin] of bins.entries()) bin.weight = index % 2 === 0 ? 3 : 1;
  for (let ball = 0; ball < 100_000; ball += 1) {
    const bin = pickLeastLoaded(bins, random);
    if (bin !== undefined) bin.inFlight += 1;
  }
  for (const bin of bins) expect(Math.abs(bin.inFlight / bin.weight - 500)).toBeLessThan(40);
});
