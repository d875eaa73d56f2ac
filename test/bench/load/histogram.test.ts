import { expect, test } from "bun:test";
import { Histogram } from "./histogram.ts";

test("tells percentiles to 10 microseconds", () => {
  const histogram = new Histogram();
  for (let latencyMs = 1; latencyMs <= 100; latencyMs += 1) histogram.record(latencyMs);
  expect(histogram.count).toBe(100);
  expect(histogram.percentileMs(0.5)).toBeCloseTo(50, 1);
  expect(histogram.percentileMs(0.99)).toBeCloseTo(99, 1);
});

test("counts a latency above 10 s as 10 s", () => {
  const histogram = new Histogram();
  histogram.record(60_000);
  expect(histogram.percentileMs(0.5)).toBeCloseTo(10_000, 1);
});

test("has no percentile of nothing", () => {
  expect(new Histogram().percentileMs(0.5)).toBeNaN();
});
