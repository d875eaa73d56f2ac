import { describe, expect, test } from "bun:test";
import { BucketTable } from "../../src/store/embedded/bucket-table.ts";
import { EmbeddedBuckets } from "../../src/store/embedded/embedded-buckets.ts";
import { createManualClock } from "../support/manual-clock.ts";
import { createRandom } from "../support/random.ts";

/** A whole number from 0 up to `limit`. */
function below(random: () => number, limit: number): number {
  return Math.floor(random() * limit);
}

/** A bucket by exact arithmetic, in thousandths of a token. */
class ExactBucket {
  readonly #ratePerSecond: bigint;
  readonly #full: bigint;
  #level: bigint;

  constructor(ratePerSecond: number, burst: number) {
    this.#ratePerSecond = BigInt(ratePerSecond);
    this.#full = BigInt(burst) * 1000n;
    this.#level = this.#full;
  }

  pass(ms: number): void {
    this.#level += BigInt(ms) * this.#ratePerSecond;
    if (this.#level > this.#full) this.#level = this.#full;
  }

  holds(cost: number): boolean {
    return this.#level >= BigInt(cost) * 1000n;
  }

  take(cost: number): void {
    this.#level -= BigInt(cost) * 1000n;
  }

  get tokens(): number {
    return Number(this.#level / 1000n);
  }
}

describe("embedded buckets do what exact arithmetic says", () => {
  test.each(Array.from({ length: 20 }, (_, seed) => [seed]))("seed %i", (seed) => {
    const random = createRandom(seed);
    const clock = createManualClock();
    const buckets = new EmbeddedBuckets(clock);
    const rules = Array.from({ length: 3 }, (_, index) => {
      // In tens, so that no level is within the tolerance of rounding.
      const [ratePerSecond, burst] = [10 * (1 + below(random, 50)), 1 + below(random, 40)];
      return {
        key: `0000000${index}0000000${index}`,
        ratePerSecond,
        burst,
        exact: new ExactBucket(ratePerSecond, burst),
      };
    });
    for (let step = 0; step < 2000; step += 1) {
      const ms = below(random, 40);
      clock.pass(ms);
      for (const { exact } of rules) exact.pass(ms);
      const asked = rules
        .filter(() => below(random, 2) === 0)
        .map(({ key, ratePerSecond, burst, exact }) => ({
          key,
          ratePerSecond,
          burst,
          exact,
          cost: below(random, burst + 1),
        }));
      const expected = asked.every(({ exact, cost }) => exact.holds(cost));
      const { allowed, buckets: states } = buckets.take(asked);
      if (expected) for (const { exact, cost } of asked) exact.take(cost);
      expect({ step, allowed, remaining: states.map(({ remaining }) => remaining) }).toEqual({
        step,
        allowed: expected,
        remaining: asked.map(({ exact }) => exact.tokens),
      });
    }
  });
});

test("whoever waits as long as the answer says is let in, and not a hundredth of a token earlier", () => {
  const random = createRandom(7);
  for (let round = 0; round < 300; round += 1) {
    const clock = createManualClock();
    const buckets = new EmbeddedBuckets(clock);
    const ask = {
      key: "00000001000000aa",
      ratePerSecond: 1 + below(random, 1000),
      burst: 1 + below(random, 30),
      cost: 1,
    };
    while (buckets.take([ask]).allowed) clock.pass(below(random, 3) / 100);
    const waitMs = buckets.take([ask]).buckets[0]?.waitMs ?? 0;
    clock.pass(waitMs - 10 / ask.ratePerSecond);
    expect(buckets.take([ask]).allowed).toBe(false);
    clock.pass(10 / ask.ratePerSecond);
    expect(buckets.take([ask]).allowed).toBe(true);
  }
});

describe("the table of embedded buckets", () => {
  const spread = (index: number): [high: number, low: number] => [
    Bun.hash.xxHash32(`${index}`, 1),
    Bun.hash.xxHash32(`${index}`, 2),
  ];

  test("remembers a hundred thousand buckets, and grows no further when those that are over make room", () => {
    const table = new BucketTable();
    for (let index = 0; index < 100_000; index += 1) table.add(...spread(index), 1000 + index, 50, 0);
    for (let index = 0; index < 100_000; index += 1)
      expect(table.fullAtMs(table.find(...spread(index)))).toBe(1000 + index);
    const { slots } = table;
    expect(slots).toBeLessThanOrEqual(262_144);
    for (let index = 100_000; index < 200_000; index += 1) table.add(...spread(index), 1e9, 50, 200_000);
    expect(table.slots).toBe(slots);
    expect([...table.live(200_000)]).toHaveLength(100_000);
  });

  test("lets those go that are full soonest when there is no room at all", () => {
    const table = new BucketTable(4096);
    for (let index = 0; index < 20_000; index += 1) table.add(...spread(index), 1000 + index, 50, 0);
    expect(table.slots).toBe(4096);
    const kept = [...table.live(0)].map(({ fullMs }) => fullMs);
    expect(kept.length).toBeGreaterThan(4000);
    // Nearly all of the last ones, and none of the first.
    expect(kept.filter((fullMs) => fullMs > 17_000).length).toBeGreaterThan(3000);
    expect(kept.filter((fullMs) => fullMs < 5000)).toEqual([]);
  });

  test("holds a million buckets in less than 150 MiB", () => {
    const table = new BucketTable();
    for (let index = 0; index < 1_000_000; index += 1) table.add(...spread(index), 1e9, 50, 0);
    let found = 0;
    for (let index = 0; index < 1_000_000; index += 1)
      found += table.fullAtMs(table.find(...spread(index))) === 1e9 ? 1 : 0;
    expect(found).toBeGreaterThan(999_990);
    // The old table stands beside the new one while it grows.
    expect(table.slots * 24 * 1.5).toBeLessThan(150 * 1024 * 1024);
  });
});
