import { expect, test } from "bun:test";
import { RetryBudget } from "../../src/services/retry-budget.ts";

/** As many tries as the budget gives, of so many asked for; each is over at once. */
function takeOften(budget: RetryBudget, nowMs: number, times: number): number {
  let taken = 0;
  for (let index = 0; index < times; index += 1) {
    if (!budget.take(nowMs)) continue;
    taken += 1;
    budget.giveBack();
  }
  return taken;
}

function earnOften(budget: RetryBudget, nowMs: number, times: number): void {
  for (let index = 0; index < times; index += 1) budget.earn(nowMs);
}

test("a fifth of the requests of the last ten seconds may be tried again", () => {
  const budget = new RetryBudget();
  for (let second = 0; second < 10; second += 1) earnOften(budget, 50_000 + second * 1000, 100);
  expect(takeOften(budget, 59_999, 1000)).toBe(200);
});

test("three tries in two seconds are allowed, however few requests come", () => {
  const budget = new RetryBudget();
  for (const nowMs of [1000, 3000, 5000]) {
    budget.earn(nowMs);
    expect(takeOften(budget, nowMs, 10)).toBe(3);
  }
});

test("three tries at once are allowed, and no more until one is over", () => {
  const budget = new RetryBudget();
  for (const nowMs of [1000, 2000, 3000]) expect(budget.take(nowMs)).toBe(true);
  expect(budget.take(4000)).toBe(false);
  budget.giveBack();
  expect([budget.take(5000), budget.take(6000)]).toEqual([true, false]);
});

test("tries that take longer than ten seconds still count", () => {
  const budget = new RetryBudget();
  earnOften(budget, 1000, 50);
  for (let index = 0; index < 10; index += 1) expect(budget.take(1000)).toBe(true);
  expect(budget.take(1000)).toBe(false);
  earnOften(budget, 20_000, 50);
  expect(budget.take(20_000)).toBe(false);
});

test("what was earned is gone after ten seconds, and so is what was spent", () => {
  const budget = new RetryBudget();
  earnOften(budget, 1000, 1000);
  expect(takeOften(budget, 1000, 100)).toBe(100);
  expect(takeOften(budget, 10_999, 1000)).toBe(100);
  earnOften(budget, 12_000, 100);
  // 100 were spent in the second 10, against 100 requests that are left.
  expect(takeOften(budget, 12_000, 100)).toBe(3);
  earnOften(budget, 21_000, 100);
  expect(takeOften(budget, 21_000, 100)).toBe(37);
});

test("in a storm, request by request, tries are never more than a fifth, but for the first three", () => {
  const budget = new RetryBudget();
  let requests = 0;
  let tries = 0;
  for (let nowMs = 7000; nowMs < 40_000; nowMs += 2) {
    budget.earn(nowMs);
    requests += 1;
    tries += takeOften(budget, nowMs, 2);
    expect(tries).toBeLessThanOrEqual(Math.max(3, requests / 5));
  }
  expect(tries).toBeGreaterThan(requests * 0.19);
});

test("a clock that stands at a large number and jumps far ahead costs no time", () => {
  const budget = new RetryBudget();
  budget.earn(4e12);
  expect(takeOften(budget, 9e12, 10)).toBe(3);
});
