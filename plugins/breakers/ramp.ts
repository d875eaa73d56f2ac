const firstShare = 0.1;

/** After a circuit has closed, admission grows evenly from a tenth to all: what has just recovered is not thrown down again. */
export class Ramp {
  readonly #durationMs: number;
  readonly #startMs: number;
  /** What requests have added up to; a whole one passes. So that the first one does. */
  #credit = 1 - firstShare;

  constructor(durationMs: number, startMs: number) {
    this.#durationMs = durationMs;
    this.#startMs = startMs;
  }

  isOver(nowMs: number): boolean {
    return nowMs - this.#startMs >= this.#durationMs;
  }

  admits(nowMs: number): boolean {
    this.#credit += firstShare + (1 - firstShare) * ((nowMs - this.#startMs) / this.#durationMs);
    // Sums of tenths are not quite what they should be.
    if (this.#credit < 1 - 1e-9) return false;
    this.#credit -= 1;
    return true;
  }
}
