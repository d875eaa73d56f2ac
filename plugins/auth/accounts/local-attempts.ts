import type { Clock } from "@isaas/gateway-sdk/plugin";
import type { AttemptPolicy } from "@isaas/gateway-sdk/store";

interface Tried {
  readonly count: number;
  /** When the next one may be, and when all is forgotten, on the monotonic clock. */
  readonly nextMs: number;
  readonly forgottenMs: number;
}

/** Tries at this gateway alone, in bounded memory. Unlike shared ones they can be given back. */
export class LocalAttempts {
  readonly #clock: Clock;
  readonly #mostKeys: number;
  /** Whoever tried last stands last. */
  readonly #tried = new Map<string, Tried>();

  constructor(clock: Clock, mostKeys = 50_000) {
    this.#clock = clock;
    this.#mostKeys = mostKeys;
  }

  get size(): number {
    return this.#tried.size;
  }

  /** Counts one try and answers 0, or counts nothing and answers how many milliseconds to wait. */
  take(key: string, { free, firstWaitMs, longestWaitMs, forgetMs }: AttemptPolicy): number {
    const nowMs = this.#clock.monotonic();
    const known = this.#tried.get(key);
    const { count, nextMs } = known === undefined || known.forgottenMs <= nowMs ? { count: 0, nextMs: 0 } : known;
    if (nextMs > nowMs) return Math.ceil(nextMs - nowMs);
    const beyond = count + 1 - free;
    const waitMs = beyond < 0 ? 0 : Math.min(longestWaitMs, firstWaitMs * 2 ** beyond);
    this.#put(key, { count: count + 1, nextMs: nowMs + waitMs, forgottenMs: nowMs + waitMs + forgetMs });
    return 0;
  }

  /** As if the last try had not been. */
  giveBack(key: string): void {
    const tried = this.#tried.get(key);
    if (tried === undefined) return;
    if (tried.count > 1) this.#tried.set(key, { ...tried, count: tried.count - 1, nextMs: 0 });
    else this.#tried.delete(key);
  }

  /** As if nothing had been tried. */
  forget(key: string): void {
    this.#tried.delete(key);
  }

  #put(key: string, tried: Tried): void {
    this.#tried.delete(key);
    this.#tried.set(key, tried);
    if (this.#tried.size <= this.#mostKeys) return;
    const [oldest] = this.#tried.keys();
    if (oldest !== undefined) this.#tried.delete(oldest);
  }
}
