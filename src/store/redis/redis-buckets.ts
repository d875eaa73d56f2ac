import type { BucketAnswer, BucketAsk, BusyBucket } from "@isaas/gateway-sdk/store";
import { describeBucket } from "../gcra.ts";
import type { BucketLink } from "./bucket-link.ts";
import { freeBucket, takeTokens, walkBuckets } from "./bucket-scripts.ts";

/** So many steps of a thousand keys: in a bigger database the busiest are those among the keys that were seen. */
const mostSteps = 200;

/** Buckets in Redis, by its clock. All of it rejects with a StoreAwayError. */
export class RedisBuckets {
  readonly #link: BucketLink;
  readonly #prefix: string;

  constructor(link: BucketLink, prefix: string) {
    this.#link = link;
    this.#prefix = prefix;
  }

  async take(asked: readonly BucketAsk[]): Promise<BucketAnswer> {
    const keys = asked.map(({ key }) => this.#prefix + key);
    const args = asked.flatMap(({ ratePerSecond, burst, cost }) => [ratePerSecond, burst, cost].map(String));
    const [taken, debtsUs] = (await this.#link.run(takeTokens, keys, args)) as [number, string[]];
    const allowed = taken === 1;
    const buckets = asked.map((ask, index) => describeBucket(ask, Number(debtsUs[index]) / 1000, allowed));
    return { allowed, buckets, alone: false };
  }

  async free(key: string): Promise<boolean> {
    return (await this.#link.run(freeBucket, [this.#prefix + key], [])) === 1;
  }

  async busiest(count: number): Promise<readonly BusyBucket[]> {
    const found = new Map<string, BusyBucket>();
    let cursor = "0";
    for (let step = 0; step < mostSteps; step += 1) {
      const reply = await this.#link.run(walkBuckets, [this.#prefix], [cursor, `${escapeGlob(this.#prefix)}*`]);
      const [next, parts] = reply as [string, string[]];
      for (let at = 0; at < parts.length; at += 3) {
        const key = (parts[at] ?? "").slice(this.#prefix.length);
        const fullMs = Number(parts[at + 1]) / 1000;
        found.set(key, { key, used: Math.min(1, fullMs / (Number(parts[at + 2]) / 1000)), fullMs });
      }
      cursor = next;
      if (cursor === "0") break;
    }
    return [...found.values()].sort((a, b) => b.used - a.used).slice(0, count);
  }
}

function escapeGlob(text: string): string {
  return text.replaceAll(/[\\*?[\]]/g, "\\$&");
}
