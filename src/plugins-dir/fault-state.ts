import type { Clock, FaultLimit } from "@isaas/gateway-sdk/plugin";

/** How a request meets a plugin: as usual, as the one that tries whether it is well again, or not at all. */
export type Way = "in" | "probe" | "off";

const defaults: FaultLimit = { faults: 5, withinMs: 10_000, pauseMs: 30_000 };

/** Whether a plugin counts as broken: after so many faults in so short a time, until a request that tried it went well. */
export class FaultState {
  readonly #limit: FaultLimit;
  readonly #clock: Clock;
  readonly #onChange: (isOff: boolean) => void;
  /** When the last faults were, on the monotonic clock. */
  #times: number[] = [];
  #offUntilMs: number | undefined;
  #isProbing = false;

  constructor(limit: Partial<FaultLimit>, clock: Clock, onChange: (isOff: boolean) => void) {
    this.#limit = { ...defaults, ...limit };
    this.#clock = clock;
    this.#onChange = onChange;
  }

  get isOff(): boolean {
    return this.#offUntilMs !== undefined;
  }

  /** Until the next try; 0 while all is well. */
  get leftMs(): number {
    return Math.max((this.#offUntilMs ?? 0) - this.#clock.monotonic(), 0);
  }

  /** Whoever gets `in` or `probe` has to say how it went. */
  admit(): Way {
    if (this.#offUntilMs === undefined) return "in";
    if (this.#isProbing || this.#clock.monotonic() < this.#offUntilMs) return "off";
    this.#isProbing = true;
    return "probe";
  }

  succeeded(way: Way): void {
    if (way !== "probe") return;
    this.#isProbing = false;
    this.#offUntilMs = undefined;
    this.#times = [];
    this.#onChange(false);
  }

  failed(way: Way): void {
    const { faults, withinMs, pauseMs } = this.#limit;
    const now = this.#clock.monotonic();
    if (way === "probe") {
      this.#isProbing = false;
      this.#offUntilMs = now + pauseMs;
    } else if (this.#offUntilMs === undefined) {
      this.#times = [...this.#times.filter((time) => now - time < withinMs), now];
      if (this.#times.length < faults) return;
      this.#offUntilMs = now + pauseMs;
      this.#onChange(true);
    }
  }
}
