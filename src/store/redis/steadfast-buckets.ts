import type { Clock, Log } from "@isaas/gateway-sdk/plugin";
import {
  type BucketAnswer,
  type BucketAsk,
  type Buckets,
  type BusyBucket,
  StoreAwayError,
} from "@isaas/gateway-sdk/store";
import { EmbeddedBuckets } from "../embedded/embedded-buckets.ts";
import type { RedisBuckets } from "./redis-buckets.ts";

/** So many failures in a row, and no request waits for Redis any more. */
const mostFailures = 3;
const probePauseMs = 250;
/** Takes what a take takes: one that may read and not write is away. */
const probe: BucketAsk = { key: "0000000000000000", ratePerSecond: 1000, burst: 1000, cost: 1 };

export interface SteadfastOptions {
  readonly shared: RedisBuckets;
  /** How many gateways share the limits, as far as is known. */
  readonly gateways: () => number;
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * The shared buckets while they answer, else this gateway's own with its share of each limit. A take that fails is
 * decided here; after three in a row nobody waits for Redis until a look in the background finds it well.
 */
export class SteadfastBuckets implements Buckets {
  readonly #options: SteadfastOptions;
  readonly #local: EmbeddedBuckets;
  #failures = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #closed = false;

  constructor(options: SteadfastOptions) {
    this.#options = options;
    this.#local = new EmbeddedBuckets(options.clock);
  }

  get alone(): boolean {
    return this.#failures >= mostFailures;
  }

  take(asked: readonly BucketAsk[]): BucketAnswer | Promise<BucketAnswer> {
    if (this.alone) return this.#takeAlone(asked);
    return this.#options.shared.take(asked).then(
      (answer) => {
        if (!this.alone) this.#failures = 0;
        return answer;
      },
      (error: unknown) => {
        this.#failed(error);
        return this.#takeAlone(asked);
      },
    );
  }

  async free(key: string): Promise<boolean> {
    const here = await this.#local.free(key);
    return this.alone ? here : (await this.#options.shared.free(key)) || here;
  }

  busiest(count: number): Promise<readonly BusyBucket[]> {
    return this.alone ? this.#local.busiest(count) : this.#options.shared.busiest(count);
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
  }

  #takeAlone(asked: readonly BucketAsk[]): BucketAnswer {
    const gateways = Math.max(1, this.#options.gateways());
    const shares = asked.map((ask) => shareOf(ask, gateways));
    const { allowed, buckets } = this.#local.take(shares);
    return { allowed, buckets, alone: true };
  }

  #failed(error: unknown): void {
    if (this.alone || this.#closed) return;
    this.#failures += 1;
    if (!this.alone) return;
    const reason = error instanceof StoreAwayError && error.cause instanceof Error ? error.cause.message : "unknown";
    this.#options.log.warn(
      { reason, gateways: this.#options.gateways() },
      "limits go on alone: each gateway enforces its share",
    );
    this.#schedule();
  }

  #schedule(): void {
    if (!this.#closed) this.#timer = setTimeout(() => void this.#look(), probePauseMs);
  }

  async #look(): Promise<void> {
    try {
      await this.#options.shared.take([probe]);
    } catch {
      this.#schedule();
      return;
    }
    if (this.#closed) return;
    this.#failures = 0;
    this.#options.log.info({}, "limits are shared again");
  }
}

/** At least one token, or nobody would ever pass; a cost that is more than the share takes all of it. */
function shareOf(ask: BucketAsk, gateways: number): BucketAsk {
  const burst = Math.max(1, ask.burst / gateways);
  return { ...ask, ratePerSecond: ask.ratePerSecond / gateways, burst, cost: Math.min(ask.cost, burst) };
}
