import { abortable } from "./call-signal.ts";
import { readQuotas } from "./rate-limit-header.ts";

interface Pool {
  left: number;
  resetMs: number;
  /** What is there after the reset. */
  whole: number;
  /** Sent, and not yet counted in `left`. */
  inFlight: number;
}

/** Tells the pacer what came; undefined: no answer. */
export type Leave = (answer: { readonly status: number; readonly headers: Headers } | undefined) => void;

/**
 * Lets calls go no faster than the gateway's RateLimit says, however many there are at once. As long as nothing is known
 * of a service, its calls go one by one.
 */
export class Pacer {
  readonly #pools = new Map<string, Pool>();
  /** The policies that the last answer of each service named. */
  readonly #policies = new Map<string, readonly string[]>();
  readonly #probed = new Set<string>();
  readonly #waiting = new Set<() => void>();

  /** Waits for room, `maxWaitMs` at most: then the gateway has to say it. Rejects when the signal aborts. */
  async enter(service: string, maxWaitMs: number, signal: AbortSignal): Promise<Leave> {
    const endMs = Date.now() + maxWaitMs;
    for (;;) {
      const now = Date.now();
      const waitMs = Math.min(this.#waitMs(service, now), endMs - now);
      if (waitMs <= 0) return this.#take(service);
      await this.#news(waitMs, signal);
    }
  }

  #take(service: string): Leave {
    const names = this.#policies.get(service);
    const pools = (names ?? []).flatMap((name) => this.#pools.get(name) ?? []);
    for (const pool of pools) pool.inFlight += 1;
    if (names === undefined) this.#probed.add(service);
    return (answer) => {
      for (const pool of pools) pool.inFlight -= 1;
      this.#probed.delete(service);
      if (answer !== undefined) this.#learn(service, answer);
      for (const look of this.#waiting) look();
    };
  }

  /** Infinite where only an answer can tell. */
  #waitMs(service: string, now: number): number {
    const names = this.#policies.get(service);
    if (names === undefined) return this.#probed.has(service) ? Number.POSITIVE_INFINITY : 0;
    return Math.max(0, ...names.map((name) => waitFor(this.#pools.get(name), now)));
  }

  #learn(service: string, { status, headers }: { readonly status: number; readonly headers: Headers }): void {
    const quotas = readQuotas(headers);
    // An answer from before the limits, such as a 401, tells nothing of them.
    if (quotas.length > 0 || status < 400)
      this.#policies.set(
        service,
        quotas.map(({ policy }) => policy),
      );
    for (const { policy, left, resetSeconds, whole = 1 } of quotas) {
      const pool = this.#pools.get(policy) ?? { left, resetMs: 0, whole, inFlight: 0 };
      pool.left = left;
      pool.resetMs = Date.now() + resetSeconds * 1000;
      // Who is refused is told when one passes, others when all are back.
      pool.whole = status === 429 ? 1 : whole;
      this.#pools.set(policy, pool);
    }
  }

  #news(waitMs: number, signal: AbortSignal): Promise<void> {
    return abortable(signal, (resolve) => {
      const end = (): void => {
        this.#waiting.delete(look);
        clearTimeout(timer);
      };
      const look = (): void => {
        end();
        resolve();
      };
      const timer = setTimeout(look, waitMs);
      this.#waiting.add(look);
      return end;
    });
  }
}

function waitFor(pool: Pool | undefined, now: number): number {
  if (pool === undefined) return 0;
  if (pool.left <= 0 && now >= pool.resetMs) pool.left = pool.whole;
  if (pool.left > pool.inFlight) return 0;
  return pool.left <= 0 ? pool.resetMs - now : Number.POSITIVE_INFINITY;
}
