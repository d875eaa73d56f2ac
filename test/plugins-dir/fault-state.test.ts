import { beforeEach, describe, expect, test } from "bun:test";
import { FaultState } from "../../src/plugins-dir/fault-state.ts";
import { createManualClock, type ManualClock } from "../support/manual-clock.ts";

let clock: ManualClock;
let told: boolean[];
let state: FaultState;
beforeEach(() => {
  clock = createManualClock();
  told = [];
  state = new FaultState({ faults: 3, withinMs: 1000, pauseMs: 5000 }, clock, (isOff) => void told.push(isOff));
});

/** Requests that fail, one after the other. */
const fail = (count: number): void => {
  for (let done = 0; done < count; done += 1) state.failed(state.admit());
};

test("so many faults in so short a time break it, no fewer and no slower", () => {
  fail(2);
  clock.pass(1000);
  fail(2);
  expect([state.isOff, state.admit()]).toEqual([false, "in"]);
  fail(1);
  expect([state.isOff, state.admit(), state.leftMs]).toEqual([true, "off", 5000]);
  expect(told).toEqual([true]);
});

describe("when it is broken", () => {
  beforeEach(() => fail(3));

  test("one request tries it after the pause, and the others wait for what comes of that", () => {
    clock.pass(4999);
    expect(state.admit()).toBe("off");
    clock.pass(1);
    expect([state.admit(), state.admit(), state.admit()]).toEqual(["probe", "off", "off"]);
    state.succeeded("probe");
    expect([state.isOff, state.admit(), state.leftMs]).toEqual([false, "in", 0]);
    expect(told).toEqual([true, false]);
  });

  test("one that fails begins the pause again", () => {
    clock.pass(5000);
    state.failed(state.admit());
    clock.pass(4999);
    expect(state.admit()).toBe("off");
    clock.pass(1);
    expect(state.admit()).toBe("probe");
    expect(told).toEqual([true]);
  });

  test("requests that were inside before change nothing, well or not", () => {
    state.failed("in");
    state.succeeded("in");
    expect([state.isOff, state.leftMs]).toEqual([true, 5000]);
  });

  test("what was before it is well again does not count any more", () => {
    clock.pass(5000);
    state.succeeded(state.admit());
    fail(2);
    expect(state.isOff).toBe(false);
  });
});

test("what is not said is 5 in 10 s, for 30 s", () => {
  state = new FaultState({}, clock, () => {});
  fail(4);
  expect(state.isOff).toBe(false);
  fail(1);
  expect([state.isOff, state.leftMs]).toEqual([true, 30_000]);
});
