import type { Clock } from "@isaas/gateway-sdk/plugin";
import type { AttemptPolicy, Attempts } from "@isaas/gateway-sdk/store";

interface Tried {
  count: number;
  /** When the next one may be, and when all is forgotten, on the monotonic clock. */
  nextMs: number;
  forgottenMs: number;
}

/** How many are remembered before those that are forgotten are cleared away. */
const clearedAbove = 10_000;

/** Attempts in memory. */
export class EmbeddedAttempts implements Attempts {
  readonly #clock: Clock;
  readonly #tried = new Map<string, Tried>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  async take(key: string, { free, firstWaitMs, longestWaitMs, forgetMs }: AttemptPolicy): Promise<number> {
    const nowMs = this.#clock.monotonic();
    if (this.#tried.size > clearedAbove) this.#clear(nowMs);
    const known = this.#tried.get(key);
    const { count, nextMs } = known === undefined || known.forgottenMs <= nowMs ? { count: 0, nextMs: 0 } : known;
    if (nextMs > nowMs) return Math.ceil(nextMs - nowMs);
    const beyond = count + 1 - free;
    const waitMs = beyond < 0 ? 0 : Math.min(longestWaitMs, firstWaitMs * 2 ** beyond);
    this.#tried.set(key, { count: count + 1, nextMs: nowMs + waitMs, forgottenMs: nowMs + waitMs + forgetMs });
    return 0;
  }

  async giveBack(key: string): Promise<void> {
    const tried = this.#tried.get(key);
    if (tried === undefined) return;
    if (tried.count > 1) this.#tried.set(key, { ...tried, count: tried.count - 1, nextMs: 0 });
    else this.#tried.delete(key);
  }

  async forget(key: string): Promise<void> {
    this.#tried.delete(key);
  }

  #clear(nowMs: number): void {
    for (const [key, { forgottenMs }] of this.#tried) if (forgottenMs <= nowMs) this.#tried.delete(key);
  }
}
