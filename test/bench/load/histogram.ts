const bucketUs = 10;
const longestMs = 10_000;

/** Latencies in steps of 10 microseconds, so that recording one costs an addition; the last bucket holds all above 10 s. */
export class Histogram {
  readonly #buckets = new Uint32Array((longestMs * 1000) / bucketUs + 1);
  #count = 0;

  get count(): number {
    return this.#count;
  }

  record(latencyMs: number): void {
    const bucket = Math.min(Math.floor((latencyMs * 1000) / bucketUs), this.#buckets.length - 1);
    this.#buckets[bucket] = (this.#buckets[bucket] ?? 0) + 1;
    this.#count += 1;
  }

  /** The upper edge of the bucket in which this share (0 to 1) of all latencies is reached; NaN without any. */
  percentileMs(share: number): number {
    let remaining = Math.ceil(this.#count * share);
    for (const [bucket, count] of this.#buckets.entries()) {
      remaining -= count;
      if (count > 0 && remaining <= 0) return ((bucket + 1) * bucketUs) / 1000;
    }
    return Number.NaN;
  }
}
