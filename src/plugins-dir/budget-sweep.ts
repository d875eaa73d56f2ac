import type { Clock } from "@isaas/gateway-sdk/plugin";

const everyMs = 20;

/** Something whose own time can run out. */
export interface Timed {
  /** When that is, on the monotonic clock; Infinity while it waits for others. */
  readonly endMs: number;
  cut(): void;
}

/** Cuts what has taken too long, at most 20 ms late: one timer for all, as most calls end in time. */
export class BudgetSweep {
  readonly #calls = new Set<Timed>();
  readonly #clock: Clock;
  readonly #timer: ReturnType<typeof setInterval>;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#timer = setInterval(() => this.sweep(), everyMs);
    this.#timer.unref();
  }

  add(call: Timed): void {
    this.#calls.add(call);
  }

  delete(call: Timed): void {
    this.#calls.delete(call);
  }

  sweep(): void {
    if (this.#calls.size === 0) return;
    const now = this.#clock.monotonic();
    for (const call of this.#calls) if (now >= call.endMs) call.cut();
  }

  close(): void {
    clearInterval(this.#timer);
  }
}
