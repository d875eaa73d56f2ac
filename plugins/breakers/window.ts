import type { IBreaker } from "cockatiel";
import type { Clock } from "@isaas/gateway-sdk/plugin";
import type { CircuitPolicy } from "./policy.ts";

/** A window is made of so many slices, and moves on by one at a time. */
export const slices = 60;

/**
 * Counts requests and failures of the last while, in cockatiel's form of a breaker, by a clock that never jumps. What is
 * counted stays for the window's length, less at most a sixtieth of it. Its memory grows with the instances
 * that have failed, not with the load.
 */
export class Window implements IBreaker {
  readonly #clock: Clock;
  readonly #policy: CircuitPolicy;
  readonly #sliceMs: number;
  readonly #requests = new Uint32Array(slices);
  readonly #failures = new Uint32Array(slices);
  /** Those whose instance is known, by instance. */
  readonly #failuresOf = new Map<string, Uint32Array>();
  /** The slice of now, counted from the clock's beginning. */
  #slice = 0;
  #requestsSum = 0;
  #failuresSum = 0;

  constructor(policy: CircuitPolicy, clock: Clock) {
    this.#policy = policy;
    this.#clock = clock;
    this.#sliceMs = policy.windowMs / slices;
  }

  get requests(): number {
    this.#move();
    return this.#requestsSum;
  }

  get failures(): number {
    this.#move();
    return this.#failuresSum;
  }

  /** What cockatiel would keep over a restart: nothing. */
  get state(): unknown {
    return undefined;
  }

  set state(_state: unknown) {
    this.clear();
  }

  success(): void {
    this.#count(this.#move());
  }

  /** Instances with failures that still count. */
  get culprits(): string[] {
    this.#move();
    return [...this.#failuresOf.keys()];
  }

  /** Whether failures have reached the threshold. */
  get isTooMuch(): boolean {
    this.#move();
    const { failures, failureRate, minimumRequests } = this.#policy;
    if (this.#requestsSum < minimumRequests) return false;
    return failureRate === undefined
      ? this.#failuresSum >= failures
      : this.#failuresSum > 0 && this.#failuresSum >= failureRate * this.#requestsSum;
  }

  /** True when it was one too many. The first parameter is cockatiel's, and no matter here. */
  failure(_state?: unknown, instance?: string): boolean {
    this.#count(this.#move());
    this.turnIntoFailure(instance);
    return this.isTooMuch;
  }

  /** A request that was counted has failed after all. */
  turnIntoFailure(instance?: string): void {
    const index = this.#move();
    this.#failures[index] = (this.#failures[index] ?? 0) + 1;
    this.#failuresSum += 1;
    if (instance !== undefined) {
      const theirs = this.#failuresOf.get(instance) ?? new Uint32Array(slices);
      theirs[index] = (theirs[index] ?? 0) + 1;
      this.#failuresOf.set(instance, theirs);
    }
  }

  /** Takes the failures of an instance back, as if those requests had not been. */
  forgive(instance: string): void {
    this.#move();
    const theirs = this.#failuresOf.get(instance);
    if (theirs === undefined) return;
    this.#failuresOf.delete(instance);
    for (const [index, count] of theirs.entries()) {
      this.#failures[index] = (this.#failures[index] ?? 0) - count;
      this.#failuresSum -= count;
      // One that broke off was counted as a request when its head came, maybe in an earlier slice.
      const requests = Math.min(count, this.#requests[index] ?? 0);
      this.#requests[index] = (this.#requests[index] ?? 0) - requests;
      this.#requestsSum -= requests;
    }
  }

  clear(): void {
    this.#failuresOf.clear();
    this.#requests.fill(0);
    this.#failures.fill(0);
    this.#requestsSum = 0;
    this.#failuresSum = 0;
  }

  #forgetSlice(index: number): void {
    for (const [instance, theirs] of this.#failuresOf) {
      theirs[index] = 0;
      if (theirs.every((count) => count === 0)) this.#failuresOf.delete(instance);
    }
  }

  #count(index: number): void {
    this.#requests[index] = (this.#requests[index] ?? 0) + 1;
    this.#requestsSum += 1;
  }

  /** Forgets what is too old; returns where to count. */
  #move(): number {
    const now = Math.floor(this.#clock.monotonic() / this.#sliceMs);
    if (now - this.#slice >= slices) {
      if (this.#requestsSum + this.#failuresSum > 0) this.clear();
      this.#slice = now;
    }
    while (this.#slice < now) {
      this.#slice += 1;
      const index = this.#slice % slices;
      this.#requestsSum -= this.#requests[index] ?? 0;
      this.#failuresSum -= this.#failures[index] ?? 0;
      this.#requests[index] = 0;
      this.#failures[index] = 0;
      this.#forgetSlice(index);
    }
    return now % slices;
  }
}
