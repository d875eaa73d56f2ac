import { ExponentialBackoff, type IBackoff, noJitterGenerator } from "cockatiel";
import type { CircuitPolicy } from "./policy.ts";

const jitter = 0.1;

/** How long a circuit stays open: twice as long each time it did not recover, give or take a tenth. */
export class Recovery {
  readonly #policy: CircuitPolicy;
  readonly #random: () => number;
  readonly #backoff: ExponentialBackoff<number>;
  #next: IBackoff<unknown>;

  constructor(policy: CircuitPolicy, random: () => number) {
    this.#policy = policy;
    this.#random = random;
    const { recoveryMs: initialDelay, recoveryMaxMs: maxDelay } = policy;
    this.#backoff = new ExponentialBackoff({ generator: noJitterGenerator, initialDelay, maxDelay, exponent: 2 });
    this.#next = this.#backoff.next();
  }

  /** Milliseconds to stay open this time. */
  take(): number {
    const { duration } = this.#next;
    this.#next = this.#next.next(undefined);
    const spread = duration * (1 + jitter * (2 * this.#random() - 1));
    return Math.min(spread, this.#policy.recoveryMaxMs);
  }

  /** It has recovered: the next time is the first again. */
  reset(): void {
    this.#next = this.#backoff.next();
  }
}
