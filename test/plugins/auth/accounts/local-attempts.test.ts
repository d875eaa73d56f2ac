import { beforeEach, expect, test } from "bun:test";
import { LocalAttempts } from "../../../../plugins/auth/accounts/local-attempts.ts";

const policy = { free: 3, firstWaitMs: 1000, longestWaitMs: 5000, forgetMs: 60_000 };
let nowMs: number;
let attempts: LocalAttempts;
beforeEach(() => {
  nowMs = 1_000_000;
  attempts = new LocalAttempts({ now: () => 0, monotonic: () => nowMs }, 10);
});

const takeAll = (count: number): number[] => Array.from({ length: count }, () => attempts.take("ada", policy));

test("so many are free, then the wait doubles up to the longest", () => {
  expect(takeAll(4)).toEqual([0, 0, 0, 1000]);
  for (const waitMs of [2000, 4000, 5000, 5000]) {
    nowMs += attempts.take("ada", policy);
    expect(takeAll(2)).toEqual([0, waitMs]);
  }
  nowMs += 4999;
  expect(takeAll(1)).toEqual([1]);
  expect(attempts.take("bob", policy)).toBe(0);
});

test("all is forgotten after so long without a try, and when told so", () => {
  takeAll(3);
  nowMs += 60_999;
  expect(takeAll(2)).toEqual([0, 2000]);
  nowMs += 62_000;
  expect(takeAll(4)).toEqual([0, 0, 0, 1000]);
  attempts.forget("ada");
  expect(takeAll(4)).toEqual([0, 0, 0, 1000]);
});

test("a try that is given back has not been", () => {
  takeAll(3);
  attempts.giveBack("ada");
  expect(takeAll(2)).toEqual([0, 1000]);
  for (let i = 0; i < 5; i += 1) attempts.giveBack("ada");
  expect(attempts.size).toBe(0);
  expect(takeAll(4)).toEqual([0, 0, 0, 1000]);
});

test("no more keys are kept than allowed: whoever tried longest ago is forgotten first", () => {
  takeAll(2);
  for (let i = 0; i < 9; i += 1) attempts.take(`other ${i}`, policy);
  takeAll(1);
  for (let i = 0; i < 9; i += 1) attempts.take(`third ${i}`, policy);
  expect(attempts.size).toBe(10);
  expect(takeAll(1)).toEqual([1000]);
  attempts.take("one more", policy);
  expect(takeAll(1)).toEqual([0]);
});
