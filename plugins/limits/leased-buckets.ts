import type { Clock } from "@isaas/gateway-sdk/plugin";
import type { BucketAnswer, BucketAsk, Buckets, BucketState } from "@isaas/gateway-sdk/store";

/** How long fetched tokens may wait to be spent, and a refusal is taken for granted. */
const leaseMs = 1000;
/** How many are kept before those that are over are cleared away. */
const clearedAbove = 10_000;

/** What is known here of one bucket, until it is over. */
interface Lease {
  /** What may be spent without asking. */
  tokens: number;
  readonly untilMs: number;
  /** What stayed in the store, and when all would be full again. */
  readonly remaining: number;
  readonly fullAtMs: number;
  /** Set by a refusal: the cost that did not fit, and when it will. */
  readonly refused: { readonly cost: number; readonly fitsAtMs: number } | undefined;
  readonly alone: boolean;
}

/** A tenth of a burst, at least one token. */
export function shareOf(burst: number): number {
  return Math.max(1, Math.floor(burst / 10));
}

/**
 * Fetches a share of a bucket at a time and spends it here. The store gives at most `burst + rate * T` in any time T, and
 * when T begins a gateway holds at most one share that was given before. So with G gateways, and a cost of 1, at most
 * `burst + rate * T + G * share` requests pass. What is not spent within a second is lost.
 */
export class LeasedBuckets implements Pick<Buckets, "take"> {
  readonly #buckets: Pick<Buckets, "take">;
  readonly #clock: Clock;
  readonly #leases = new Map<string, Lease>();
  /** One trip for a bucket at a time: what it brings may do for those who waited. */
  readonly #trips = new Map<string, Promise<void>>();

  constructor(buckets: Pick<Buckets, "take">, clock: Clock) {
    this.#buckets = buckets;
    this.#clock = clock;
  }

  take(asked: readonly BucketAsk[]): BucketAnswer | Promise<BucketAnswer> {
    return this.#decide(asked) ?? this.#takeLater(asked);
  }

  forget(key: string): void {
    this.#leases.delete(key);
  }

  /** Undefined: the store has to be asked. */
  #decide(asked: readonly BucketAsk[]): BucketAnswer | undefined {
    const nowMs = this.#clock.monotonic();
    const leases = asked.map((ask) => this.#leaseOf(ask, nowMs));
    const alone = leases.some((lease) => lease?.alone === true);
    const isRefused = leases.some((lease) => lease?.refused !== undefined);
    if (!isRefused) {
      if (leases.includes(undefined)) return undefined;
      for (const [index, lease] of leases.entries()) if (lease !== undefined) lease.tokens -= asked[index]?.cost ?? 0;
    }
    return { allowed: !isRefused, buckets: leases.map((lease) => describe(lease, nowMs)), alone };
  }

  /** What settles this ask: enough tokens, or a refusal of no more than it asks for. */
  #leaseOf({ key, cost }: BucketAsk, nowMs: number): Lease | undefined {
    const lease = this.#leases.get(key);
    if (lease === undefined || lease.untilMs <= nowMs) return undefined;
    const settles = lease.refused === undefined ? lease.tokens >= cost : lease.refused.cost <= cost;
    return settles ? lease : undefined;
  }

  async #takeLater(asked: readonly BucketAsk[]): Promise<BucketAnswer> {
    for (;;) {
      const here = this.#decide(asked);
      if (here !== undefined) return here;
      const nowMs = this.#clock.monotonic();
      const lacking = asked.filter((ask) => this.#leaseOf(ask, nowMs) === undefined);
      const underWay = lacking.map(({ key }) => this.#trips.get(key)).find((trip) => trip !== undefined);
      await (underWay ?? this.#travel(lacking));
    }
  }

  #travel(asks: readonly BucketAsk[]): Promise<void> {
    const trip = this.#fetch(asks).finally(() => {
      for (const { key } of asks) this.#trips.delete(key);
    });
    for (const { key } of asks) this.#trips.set(key, trip);
    return trip;
  }

  /** A share of each, else just what is needed; else it is remembered that there is not even that. */
  async #fetch(asks: readonly BucketAsk[]): Promise<void> {
    // From before the trip: the store gave no earlier than this.
    const startMs = this.#clock.monotonic();
    let wanted = asks.map((ask) => ({ ...ask, cost: Math.max(ask.cost, shareOf(ask.burst)) }));
    let answer = await this.#buckets.take(wanted);
    if (!answer.allowed) {
      wanted = [...asks];
      answer = await this.#buckets.take(wanted);
    }
    if (this.#leases.size > clearedAbove) this.#clear(startMs);
    for (const [index, ask] of wanted.entries()) {
      const state = answer.buckets[index];
      if (state !== undefined) this.#keep(ask, state, answer, startMs);
    }
  }

  #keep({ key, cost }: BucketAsk, state: BucketState, { allowed, alone }: BucketAnswer, startMs: number): void {
    if (!allowed && state.waitMs === 0) return;
    const nowMs = this.#clock.monotonic();
    this.#leases.set(key, {
      tokens: allowed ? cost : 0,
      untilMs: allowed ? startMs + leaseMs : nowMs + Math.min(leaseMs, state.waitMs),
      remaining: state.remaining,
      fullAtMs: nowMs + state.fullMs,
      refused: allowed ? undefined : { cost, fitsAtMs: nowMs + state.waitMs },
      alone,
    });
  }

  #clear(nowMs: number): void {
    for (const [key, { untilMs }] of this.#leases) if (untilMs <= nowMs) this.#leases.delete(key);
  }
}

/** Of a bucket that another one's refusal left unasked nothing is known, and nothing is promised. */
function describe(lease: Lease | undefined, nowMs: number): BucketState {
  if (lease === undefined) return { remaining: 0, waitMs: 0, fullMs: 0 };
  return {
    remaining: lease.tokens + lease.remaining,
    waitMs: lease.refused === undefined ? 0 : Math.max(0, lease.refused.fitsAtMs - nowMs),
    fullMs: Math.max(0, lease.fullAtMs - nowMs),
  };
}
