export interface EjectionPolicy {
  /** Failures in a row at which an instance is ejected; 0: never. */
  readonly failures: number;
  /** How long the first ejection lasts; the n-th in short order lasts n times as long. */
  readonly baseMs: number;
  readonly maxMs: number;
}

/** Times are monotonic milliseconds. */
interface Ejected {
  readonly untilMs: number;
  readonly reason: string;
}

/** Failures that a good head has forgiven, and how many answers had arrived by then. */
export interface Pardon {
  readonly failures: number;
  readonly whole: number;
}

/** What one instance's failures have come to: a count, and from time to time an ejection. */
export class Ejection {
  /** Failures since the last good answer. */
  failures = 0;
  /** Set while it gets no requests. */
  current: Ejected | undefined;
  /** Answers that have arrived to their end. */
  #whole = 0;
  /** Ejections, less one for each quiet period after the last. */
  #times = 0;
  #endedMs = 0;

  /** The head of an answer is good. What that forgives is given back by `fail` if the body breaks off. */
  forgive(): Pardon | undefined {
    if (this.failures === 0) return undefined;
    const pardon = { failures: this.failures, whole: this.#whole };
    this.failures = 0;
    return pardon;
  }

  /** A good answer has arrived to its end. */
  confirm(): void {
    this.#whole += 1;
  }

  /** One failure more. With a pardon: of an answer whose head was good; it counts on where no whole answer came since. */
  fail(pardon: Pardon | undefined): void {
    this.failures += 1;
    if (pardon?.whole === this.#whole) this.failures += pardon.failures;
  }

  /** Returns how long it will last, in milliseconds. */
  begin(nowMs: number, reason: string, { baseMs, maxMs }: EjectionPolicy): number {
    const quietPeriods = Math.floor((nowMs - this.#endedMs) / baseMs);
    this.#times = Math.max(0, this.#times - quietPeriods) + 1;
    const durationMs = Math.min(maxMs, baseMs * this.#times);
    this.current = { untilMs: nowMs + durationMs, reason };
    return durationMs;
  }

  end(atMs: number): void {
    this.current = undefined;
    this.failures = 0;
    this.#endedMs = atMs;
  }
}
