import type { Clock } from "@isaas/gateway-sdk/plugin";
import { asKernel } from "./outside.ts";

const everyMs = 20;

/** Something whose own time can run out. */
export interface Timed {
  /** When that is, on the monotonic clock; Infinity while it waits for others. */
  readonly endMs: number;
  cut(): void;
}

/** Cuts what has taken too long, at most 20 ms late: one timer for all, and none while there is nothing to cut. */
export class BudgetSweep {
  readonly #calls = new Set<Timed>();
  readonly #clock: Clock;
  #timer: ReturnType<typeof setInterval> | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  add(call: Timed): void {
    this.#calls.add(call);
    this.#timer ??= asKernel(() => setInterval(() => this.#sweep(), everyMs));
  }

  delete(call: Timed): void {
    this.#calls.delete(call);
  }

  #sweep(): void {
    if (this.#calls.size === 0) this.close();
    const now = this.#clock.monotonic();
    for (const call of this.#calls) if (now >= call.endMs) call.cut();
  }

  close(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}
