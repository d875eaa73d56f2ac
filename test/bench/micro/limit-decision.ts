import { EmbeddedBuckets } from "../../../src/store/embedded/embedded-buckets.ts";
import { systemClock } from "../../../src/clock.ts";
import type { MicroBench } from "./micro-bench.ts";

/** One decision of the embedded limiter, with so many callers whose buckets are all in use. */
export function limitDecision(callers: number): MicroBench {
  return {
    name: `limit decision, ${callers.toLocaleString("en")} callers`,
    prepare() {
      const buckets = new EmbeddedBuckets(systemClock);
      // One text of all keys: a request's key has just been made, and is not fetched from far away in memory.
      const keys = Array.from({ length: callers }, (_, index) =>
        new Bun.CryptoHasher("sha256").update(String(index)).digest("hex").slice(0, 16),
      ).join("");
      const take = (index: number): unknown =>
        buckets.take([
          { key: keys.slice(16 * index, 16 * index + 16), ratePerSecond: 0.001, burst: 1_000_000, cost: 1 },
        ]);
      for (let index = 0; index < callers; index += 1) take(index);
      let next = 0;
      return () => {
        // In leaps, as callers come: not one after another in the table.
        next = (next + 7919) % callers;
        return take(next);
      };
    },
  };
}
