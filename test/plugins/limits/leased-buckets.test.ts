import { describe, expect, test } from "bun:test";
import type { BucketAnswer, BucketAsk, Buckets } from "@isaas/gateway-sdk/store";
import { LeasedBuckets, shareOf } from "../../../plugins/limits/leased-buckets.ts";
import { EmbeddedBuckets } from "../../../src/store/embedded/embedded-buckets.ts";
import { createManualClock } from "../../support/manual-clock.ts";
import { createRandom } from "../../support/random.ts";

/** A store some way off: every take is a trip, and counted. */
class FarBuckets implements Pick<Buckets, "take"> {
  trips = 0;
  readonly #near: EmbeddedBuckets;

  constructor(near: EmbeddedBuckets) {
    this.#near = near;
  }

  async take(asked: readonly BucketAsk[]): Promise<BucketAnswer> {
    this.trips += 1;
    await Promise.resolve();
    return this.#near.take(asked);
  }
}

const ask: BucketAsk = { key: "00000000000000aa", ratePerSecond: 0.001, burst: 100, cost: 1 };
const passed = (answers: readonly BucketAnswer[]): number => answers.filter(({ allowed }) => allowed).length;

describe("leased buckets", () => {
  test("fetch a tenth of the burst and spend it without asking", async () => {
    const clock = createManualClock();
    const far = new FarBuckets(new EmbeddedBuckets(clock));
    const leased = new LeasedBuckets(far, clock);
    const first = await leased.take([ask]);
    expect(first.buckets[0]?.remaining).toBe(99);
    for (let call = 0; call < 9; call += 1) expect(leased.take([ask])).not.toBeInstanceOf(Promise);
    expect(far.trips).toBe(1);
    await leased.take([ask]);
    expect(far.trips).toBe(2);
  });

  test("let one gateway have the burst to the last token, in a tenth of the trips", async () => {
    const clock = createManualClock();
    const far = new FarBuckets(new EmbeddedBuckets(clock));
    const leased = new LeasedBuckets(far, clock);
    const answers = await Promise.all(Array.from({ length: 1000 }, () => leased.take([ask])));
    expect(passed(answers)).toBe(100);
    expect(answers.at(-1)?.buckets[0]?.waitMs).toBeGreaterThan(0);
    expect(far.trips).toBeLessThanOrEqual(12);
  });

  test("take from all buckets or from none", async () => {
    const clock = createManualClock();
    const leased = new LeasedBuckets(new FarBuckets(new EmbeddedBuckets(clock)), clock);
    const narrow = { ...ask, key: "00000000000000bb", burst: 2 };
    expect(passed(await Promise.all(Array.from({ length: 10 }, () => leased.take([ask, narrow]))))).toBe(2);
    // The eight that were refused took nothing of the wide one.
    expect(passed(await Promise.all(Array.from({ length: 200 }, () => leased.take([ask]))))).toBe(98);
  });

  test("forget after a second what was not spent, and ask again after a refusal", async () => {
    const clock = createManualClock();
    const leased = new LeasedBuckets(new FarBuckets(new EmbeddedBuckets(clock)), clock);
    const quick = { ...ask, ratePerSecond: 1, burst: 20 };
    await leased.take([quick]);
    clock.pass(1000);
    // Two went with the first share, and one has grown.
    expect(passed(await Promise.all(Array.from({ length: 50 }, () => leased.take([quick]))))).toBe(19);
    clock.pass(1000);
    expect(passed(await Promise.all(Array.from({ length: 50 }, () => leased.take([quick]))))).toBe(1);
  });

  test("let in at most burst + rate * T + gateways * share, over any time T", async () => {
    for (let seed = 0; seed < 10; seed += 1) {
      const random = createRandom(seed);
      const clock = createManualClock();
      const far = new FarBuckets(new EmbeddedBuckets(clock));
      const gateways = Array.from({ length: 1 + Math.floor(random() * 4) }, () => new LeasedBuckets(far, clock));
      const rule = { ...ask, ratePerSecond: 1 + Math.floor(random() * 50), burst: 1 + Math.floor(random() * 60) };
      const admittedAtMs: number[] = [];
      for (let step = 0; step < 1500; step += 1) {
        // Quiet times, in which buckets fill, between bursts.
        const ms = random() < 0.01 ? 3000 : Math.floor(random() * 30);
        clock.pass(ms);
        const gateway = gateways[Math.floor(random() * gateways.length)];
        const calls = Array.from({ length: 1 + Math.floor(random() * 5) }, () => gateway?.take([rule]));
        for (const answer of await Promise.all(calls))
          if (answer?.allowed === true) admittedAtMs.push(clock.monotonic());
      }
      expect(admittedAtMs.length).toBeGreaterThan(rule.burst);
      const extra = gateways.length * shareOf(rule.burst);
      for (let from = 0; from < admittedAtMs.length; from += 1) {
        for (let to = from; to < Math.min(admittedAtMs.length, from + 500); to += 1) {
          const seconds = ((admittedAtMs[to] ?? 0) - (admittedAtMs[from] ?? 0)) / 1000;
          const most = rule.burst + rule.ratePerSecond * seconds + extra + 0.01;
          if (to - from + 1 > most) throw new Error(`seed ${seed}: ${to - from + 1} in ${seconds} s, at most ${most}`);
        }
      }
    }
  });
});
