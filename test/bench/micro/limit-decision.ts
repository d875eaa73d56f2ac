import { EmbeddedBuckets } from "../../../src/store/embedded/embedded-buckets.ts";
import { systemClock } from "../../../src/clock.ts";
import type { MicroBench } from "./micro-bench.ts";

/** One decision of the embedded limiter, with so many callers whose buckets are all in use. */
export function limitDecision(callers: number): MicroBench {
  return {
    name: `limit decision, ${callers.toLocaleString("en")} callers`,
    prepare() {
      const buckets = new EmbeddedBuckets(systemClock);
      const asks = Array.from({ length: callers }, (_, index) => [
        {
          key: new Bun.CryptoHasher("sha256").update(String(index)).digest("hex").slice(0, 16),
          ratePerSecond: 0.001,
          burst: 1_000_000,
          cost: 1,
        },
      ]);
      for (const asked of asks) buckets.take(asked);
      let next = 0;
      return () => {
        // In leaps, as callers come: not one after another in memory.
        next = (next + 7919) % asks.length;
        return buckets.take(asks[next] ?? []);
      };
    },
  };
}
