import type { Clock, Log } from "@isaas/gateway-sdk/plugin";

const pauseMs = 10_000;

/** Tells how many requests shadow mode would have refused: one line in ten seconds at most. */
export class ShadowLog {
  readonly #clock: Clock;
  readonly #log: Log;
  #count = 0;
  #nextMs = 0;

  constructor(clock: Clock, log: Log) {
    this.#clock = clock;
    this.#log = log;
  }

  wouldRefuse(rule: string, service: string): void {
    this.#count += 1;
    const nowMs = this.#clock.monotonic();
    if (nowMs < this.#nextMs) return;
    this.#log.info({ rule, service, refused: this.#count }, "shadow mode: would have refused requests");
    this.#count = 0;
    this.#nextMs = nowMs + pauseMs;
  }
}
