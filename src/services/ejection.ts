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

/** What one instance's failures have come to: a count, and from time to time an ejection. */
export class Ejection {
  /** Failures since the last good answer. */
  failures = 0;
  /** Set while it gets no requests. */
  current: Ejected | undefined;
  /** Ejections, less one for each quiet period after the last. */
  #times = 0;
  #endedMs = 0;

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
