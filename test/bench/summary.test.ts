import { expect, test } from "bun:test";
import type { LoadSample } from "./load/order.ts";
import { summarise } from "./summary.ts";

function sample(cpuUsPerRequest: number): LoadSample {
  return { requests: 1000, seconds: 2, cpuUs: cpuUsPerRequest * 1000, p50Ms: 1, p99Ms: 2 };
}

test("compares round by round, so that a slow round of the machine leaves the ratio alone", () => {
  const rounds = [
    [sample(10), sample(12)],
    [sample(40), sample(48)],
    [sample(11), sample(22)],
  ];
  const [first, second] = summarise(["first", "second"], rounds);
  expect(first).toMatchObject({ cpuUsPerRequest: 11, ratio: 1, requestsPerSecond: 500 });
  expect(second).toMatchObject({ cpuUsPerRequest: 22, ratio: 1.2, lowestRatio: 1.2, highestRatio: 2 });
});
