import { afterEach, describe, expect, test } from "bun:test";
import { Checker } from "../../../plugins/registry/checker.ts";
import type { Check } from "../../../plugins/registry/health.ts";
import { waitFor } from "../../support/wait-for.ts";
import { toRecord } from "./parts.ts";

const good: Check = { outcome: "good", ok: true, address: "127.0.0.1", at: "", reason: "", took_ms: 0 };
const bad: Check = { ...good, outcome: "silent", ok: false };

interface Looked {
  readonly key: string;
  readonly startMs: number;
}

interface Scene {
  readonly checker: Checker;
  /** Checks that began, in their order. */
  readonly looks: readonly Looked[];
  /** Checks that were told of. */
  readonly told: readonly string[];
  /** The most that ran at once, of all and of one instance. */
  readonly most: { all: number; ofOne: number };
  startsOf(key: string): number[];
}

const checkers: Checker[] = [];
afterEach(() => {
  for (const checker of checkers.splice(0)) checker.clear();
});

interface SceneOptions {
  readonly tookMs?: number;
  readonly answer?: (key: string, count: number) => Check;
  readonly random?: () => number;
  readonly onCheck?: (key: string) => void;
}

/** A checker whose instances take so long to answer. */
function createScene({ tookMs = 0, answer = () => good, random, onCheck }: SceneOptions = {}): Scene {
  const looks: Looked[] = [];
  const told: string[] = [];
  const most = { all: 0, ofOne: 0 };
  const running = new Map<string, number>();
  let all = 0;
  const checker = new Checker({
    async probe({ instance_id: key }) {
      looks.push({ key, startMs: performance.now() });
      all += 1;
      running.set(key, (running.get(key) ?? 0) + 1);
      most.all = Math.max(most.all, all);
      most.ofOne = Math.max(most.ofOne, running.get(key) ?? 0);
      if (tookMs > 0) await Bun.sleep(tookMs);
      all -= 1;
      running.set(key, (running.get(key) ?? 0) - 1);
      return answer(key, looks.filter((look) => look.key === key).length);
    },
    onCheck(key) {
      told.push(key);
      onCheck?.(key);
    },
    ...(random === undefined ? {} : { random }),
  });
  checkers.push(checker);
  const startsOf = (key: string) => looks.filter((look) => look.key === key).map(({ startMs }) => startMs);
  return { checker, looks, told, most, startsOf };
}

/** An instance that is checked so often; the wire knows no less than a second, the checker does. */
const every = (seconds: number, instance_id = "one") => toRecord({ instance_id, check_interval: seconds });

const pausesOf = (starts: readonly number[]) => starts.slice(1).map((start, index) => start - (starts[index] ?? 0));

describe("a new instance", () => {
  test("is checked at once, and then within its interval", async () => {
    const { checker, startsOf } = createScene();
    const watchedMs = performance.now();
    checker.watch("one", every(0.3));
    await waitFor("three checks", () => startsOf("one").length === 3);
    const [first = 0, second = 0] = startsOf("one");
    expect(first - watchedMs).toBeLessThan(3000);
    expect(second - first).toBeGreaterThanOrEqual(0.1 * 300 - 5);
    expect(checker.size).toBe(1);
  });

  test("that is not well is looked at again after 1 s, 2 s, 4 s, and not a whole interval", async () => {
    const { checker, startsOf } = createScene({ answer: () => bad, random: () => 0.5 });
    checker.watch("one", every(3600));
    await waitFor("three checks", () => startsOf("one").length === 3);
    const [first = 0, second = 0] = pausesOf(startsOf("one"));
    expect(first).toBeGreaterThan(950);
    expect(second).toBeGreaterThan(1950);
    expect(second).toBeGreaterThan(first + 500);
  });

  test("is never looked at less often than its interval says", async () => {
    const { checker, startsOf } = createScene({ answer: () => bad });
    checker.watch("one", every(0.1));
    await waitFor("ten checks", () => startsOf("one").length >= 10, 5000);
  });
});

describe("from check to check it takes the interval", () => {
  /** The shortest of some pauses: timers may be late, but never early. */
  async function shortestPause(random: number): Promise<number> {
    const { checker, startsOf } = createScene({ random: () => random });
    checker.watch("one", every(0.3));
    await waitFor("six checks", () => startsOf("one").length === 6);
    // The first pause may be any part of the interval.
    return Math.min(...pausesOf(startsOf("one")).slice(1));
  }

  test("less a tenth at least", async () => {
    const shortest = await shortestPause(0);
    expect(shortest).toBeGreaterThan(265);
    expect(shortest).toBeLessThan(300);
  });

  test("and a tenth at most", async () => {
    const shortest = await shortestPause(1);
    expect(shortest).toBeGreaterThan(325);
    expect(shortest).toBeLessThan(600);
  });
});

test("200 that registered together are not checked together the next time", async () => {
  const { checker, startsOf } = createScene();
  const keys = Array.from({ length: 200 }, (_, index) => `i${index}`);
  for (const key of keys) checker.watch(key, every(2, key));
  await waitFor("two checks each", () => keys.every((key) => startsOf(key).length >= 2));
  const seconds = keys.map((key) => startsOf(key)[1] ?? 0);
  const start = Math.min(...keys.map((key) => startsOf(key)[0] ?? 0));
  // One after the other, a fifth of them would be a crowd; a machine that is busy may still make one.
  const parts = Array.from(
    { length: 10 },
    (_, part) =>
      seconds.filter((at) => at - start >= part * 200 && (part === 9 || at - start < (part + 1) * 200)).length,
  );
  expect(Math.max(...parts)).toBeLessThan(160);
});

test("what another gateway checked is taken over without a check at once", async () => {
  const { checker, looks } = createScene({ random: () => 0.5 });
  checker.adopt("one", every(0.6));
  await Bun.sleep(100);
  expect(looks).toEqual([]);
  await waitFor("the first check", () => looks.length === 1);
});

test("of 2,000 checks not all run at once: some hundreds do, the others wait, and all are made", async () => {
  const { checker, most, told } = createScene({ tookMs: 30 });
  const keys = Array.from({ length: 2000 }, (_, index) => `i${index}`);
  for (const key of keys) checker.watch(key, every(3600, key));
  await waitFor("all checks", () => told.length === 2000);
  expect(most.all).toBeGreaterThan(100);
  expect(most.all).toBeLessThan(1000);
  expect(new Set(told).size).toBe(2000);
});

describe("one instance", () => {
  test("that answers slowly has one check at a time, however short its interval", async () => {
    const { checker, most, told } = createScene({ tookMs: 50 });
    checker.watch("one", every(0.01));
    await waitFor("eight checks", () => told.length >= 8);
    expect(most.ofOne).toBe(1);
  });

  test("that is in a hurry while it is checked is checked again right after, and both count", async () => {
    const { checker, most, told, looks } = createScene({ tookMs: 100, random: () => 0.5 });
    checker.watch("one", every(3600));
    await waitFor("the check to run", () => looks.length === 1);
    for (let index = 0; index < 5; index += 1) checker.hurry("one");
    await waitFor("both checks", () => told.length === 2);
    expect([most.ofOne, looks.length]).toEqual([1, 2]);
    await Bun.sleep(150);
    expect(looks).toHaveLength(2);
  });

  test("that is in a hurry all the time still gets its results", async () => {
    const { checker, most, told } = createScene({ tookMs: 60 });
    checker.watch("one", every(3600));
    const timer = setInterval(() => checker.hurry("one"), 10);
    try {
      await waitFor("five results", () => told.length >= 5);
    } finally {
      clearInterval(timer);
    }
    expect(most.ofOne).toBe(1);
  });

  test("that is in a hurry between two checks does not wait for its interval", async () => {
    const { checker, told } = createScene({ random: () => 0.9 });
    checker.watch("one", every(3600));
    await waitFor("the first", () => told.length === 1);
    checker.hurry("one");
    await waitFor("the second", () => told.length === 2);
  });

  test("that nobody watches is not checked by a hurry", async () => {
    const { checker, looks } = createScene();
    checker.hurry("one");
    await Bun.sleep(30);
    expect(looks).toEqual([]);
  });
});

describe("no check comes", () => {
  test("after the instance is dropped, waiting or between two checks", async () => {
    const { checker, looks, told } = createScene();
    checker.watch("one", every(0.05));
    checker.drop("one");
    checker.watch("two", every(0.05, "two"));
    await waitFor("a check", () => told.length >= 2);
    checker.drop("two");
    const before = looks.length;
    await Bun.sleep(200);
    expect(looks).toHaveLength(before);
    expect(told).not.toContain("one");
    expect(checker.size).toBe(0);
  });

  test("to be told of when the instance was dropped while it ran", async () => {
    const { checker, looks, told } = createScene({ tookMs: 50 });
    checker.watch("one", every(0.01));
    await waitFor("a check to run", () => looks.length === 1);
    checker.drop("one");
    await Bun.sleep(150);
    expect([looks.length, told.length]).toEqual([1, 0]);
  });

  test("after the listener dropped the instance", async () => {
    const scene: Scene = createScene({ onCheck: (key) => scene.checker.drop(key) });
    scene.checker.watch("one", every(0.01));
    await Bun.sleep(150);
    expect(scene.looks).toHaveLength(1);
  });

  test("after all are cleared, those that wait for their turn included", async () => {
    const { checker, looks, told } = createScene({ tookMs: 50 });
    for (let index = 0; index < 2000; index += 1) checker.watch(`i${index}`, every(0.01, `i${index}`));
    await Bun.sleep(0);
    checker.clear();
    const before = [looks.length, told.length];
    expect(before[0]).toBeGreaterThan(0);
    await Bun.sleep(200);
    expect([looks.length, told.length, checker.size]).toEqual([...before, 0]);
  });

  test("twice for an instance that was watched twice", async () => {
    const { checker, looks } = createScene({ random: () => 0.5 });
    checker.watch("one", every(3600));
    checker.watch("one", every(3600));
    checker.adopt("two", every(3600, "two"));
    checker.watch("two", every(3600, "two"));
    await Bun.sleep(50);
    // The first of each may have begun before it was replaced.
    expect(looks.filter(({ key }) => key === "one").length).toBeLessThanOrEqual(2);
    expect(looks.filter(({ key }) => key === "two")).toHaveLength(1);
    expect(checker.size).toBe(2);
  });
});

test("a checker that was cleared can begin again", async () => {
  const { checker, told } = createScene({ tookMs: 10 });
  for (let index = 0; index < 2000; index += 1) checker.watch(`i${index}`, every(3600, `i${index}`));
  checker.clear();
  checker.watch("new", every(3600, "new"));
  await waitFor("its check", () => told.includes("new"));
  expect(told).toEqual(["new"]);
});
