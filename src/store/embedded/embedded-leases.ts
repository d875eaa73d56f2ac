import type { Clock } from "@isaas/gateway-sdk/plugin";
import type { Leases } from "@isaas/gateway-sdk/store";

/** Leases in memory, by the monotonic clock: that clock starts anew with the process, and so do they. */
export class EmbeddedLeases implements Leases {
  readonly #clock: Clock;
  readonly #endMs = new Map<string, number>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  async renew(key: string, ms: number): Promise<void> {
    this.#endMs.set(key, this.#clock.monotonic() + ms);
  }

  async drop(keys: readonly string[]): Promise<void> {
    for (const key of keys) this.#endMs.delete(key);
  }

  async expired(): Promise<readonly string[]> {
    const nowMs = this.#clock.monotonic();
    return [...this.#endMs].filter(([, endMs]) => endMs <= nowMs).map(([key]) => key);
  }

  async left(keys: readonly string[]): Promise<ReadonlyMap<string, number>> {
    const nowMs = this.#clock.monotonic();
    const left = new Map<string, number>();
    for (const key of keys) {
      const endMs = this.#endMs.get(key);
      if (endMs !== undefined) left.set(key, endMs - nowMs);
    }
    return left;
  }
}
