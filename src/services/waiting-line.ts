export interface LinePolicy {
  /** How many may wait; 0: nobody. */
  readonly length: number;
  /** How long each waits at most. */
  readonly waitMs: number;
}

interface Waiter {
  /** Takes a place if there is one. */
  readonly enter: () => boolean;
  readonly leave: (hasEntered: boolean) => void;
}

/** Requests that wait for a place at a service: few, not for long, first come first served. */
export class WaitingLine {
  readonly #policy: LinePolicy;
  readonly #waiters = new Set<Waiter>();

  constructor(policy: LinePolicy) {
    this.#policy = policy;
  }

  get isEmpty(): boolean {
    return this.#waiters.size === 0;
  }

  /** Whether `enter` has found a place in its turn. At once when the line is full, early when the signal aborts. */
  wait(enter: () => boolean, signal: AbortSignal): Promise<boolean> {
    const { length, waitMs } = this.#policy;
    if (this.#waiters.size >= length || signal.aborted) return Promise.resolve(false);
    return new Promise((resolve) => {
      const giveUp = (): void => waiter.leave(false);
      const waiter: Waiter = {
        enter,
        leave: (hasEntered) => {
          this.#waiters.delete(waiter);
          clearTimeout(timer);
          signal.removeEventListener("abort", giveUp);
          resolve(hasEntered);
        },
      };
      const timer = setTimeout(giveUp, waitMs);
      signal.addEventListener("abort", giveUp);
      this.#waiters.add(waiter);
    });
  }

  /** A place may have become free. */
  move(): void {
    for (const waiter of this.#waiters) {
      if (!waiter.enter()) return;
      waiter.leave(true);
    }
  }
}
