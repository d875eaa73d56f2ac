import type { Clock } from "@isaas/gateway-sdk/plugin";
import type { CircuitPolicy } from "./policy.ts";
import { Ramp } from "./ramp.ts";
import { Recovery } from "./recovery.ts";
import { Window } from "./window.ts";

export type CircuitState = "closed" | "open" | "half_open";

/** Who made a circuit change: its requests, time, an operator here, or another gateway. */
export type ChangeCause = "requests" | "time" | "operator" | "gateway";

export interface CircuitChange {
  readonly from: CircuitState;
  readonly to: CircuitState;
  readonly reason: string;
  readonly cause: ChangeCause;
}

/** Which life of the circuit a request belongs to: what it comes to in a later one says nothing. */
export type Ticket = number;

/** Each state with what it alone needs. Times are monotonic milliseconds. */
type Phase =
  | { readonly state: "closed"; ramp: Ramp | undefined }
  /** Until infinity when it was opened by hand. */
  | { readonly state: "open"; readonly untilMs: number }
  | { readonly state: "half_open"; underWay: number; inARow: number; admittedMs: number };

export interface CircuitOptions {
  readonly service: string;
  readonly policy: CircuitPolicy;
  readonly clock: Clock;
  readonly random: () => number;
  /** Whether other instances get by now what this one would get. */
  readonly isPassedOver: (instance: string) => boolean;
  readonly onChange: (circuit: Circuit, change: CircuitChange) => void;
}

/** Whether a service gets requests: closed, open, or half open, as the failures of its requests and time have it. */
export class Circuit {
  readonly service: string;
  readonly policy: CircuitPolicy;
  /** When it last changed, in milliseconds since 1970. */
  sinceMs: number;
  lastFailure: { readonly atMs: number; readonly reason: string } | undefined;
  readonly #options: CircuitOptions;
  readonly #window: Window;
  readonly #recovery: Recovery;
  #phase: Phase = { state: "closed", ramp: undefined };
  #life = 0;

  constructor(options: CircuitOptions) {
    this.service = options.service;
    this.policy = options.policy;
    this.sinceMs = options.clock.now();
    this.#options = options;
    this.#window = new Window(options.policy, options.clock);
    this.#recovery = new Recovery(options.policy, options.random);
  }

  get state(): CircuitState {
    this.#passTime();
    return this.#phase.state;
  }

  get requests(): number {
    return this.#window.requests;
  }

  get failures(): number {
    return this.#window.failures;
  }

  /** How long it stays open, in milliseconds; infinite when opened by hand, 0 when it is not open. */
  get remainingMs(): number {
    this.#passTime();
    return this.#phase.state === "open" ? this.#phase.untilMs - this.#options.clock.monotonic() : 0;
  }

  /** Lets a request pass, which must then be settled; undefined: it may not. */
  admit(): Ticket | undefined {
    let phase = this.#phase;
    if (phase.state === "closed") {
      if (phase.ramp === undefined) return this.#life;
      const nowMs = this.#options.clock.monotonic();
      if (phase.ramp.isOver(nowMs)) phase.ramp = undefined;
      else if (!phase.ramp.admits(nowMs)) return undefined;
      return this.#life;
    }
    this.#passTime();
    phase = this.#phase;
    return phase.state === "half_open" ? this.#admitProbe(phase) : undefined;
  }

  succeeded(ticket: Ticket): void {
    if (ticket !== this.#life) return;
    const phase = this.#phase;
    if (phase.state === "closed") this.#window.success();
    if (phase.state !== "half_open") return;
    phase.underWay -= 1;
    phase.inARow += 1;
    const { successes } = this.policy;
    if (phase.inARow >= successes) this.#close(`${successes} successes in a row`, "requests", this.policy.rampMs);
  }

  /** The instance is the one that failed, where it is known. */
  failed(ticket: Ticket, reason: string, instance?: string): void {
    this.#note(reason);
    if (ticket !== this.#life) return;
    const { state } = this.#phase;
    if (state === "closed") {
      this.#window.failure(undefined, instance);
      this.#judge(reason);
    } else if (this.#isPassedOver(instance)) this.undecided(ticket);
    else if (state === "half_open") this.#open(reason);
  }

  /** It came to nothing that says anything of the service: its caller left, or the gateway refused it. */
  undecided(ticket: Ticket): void {
    if (ticket === this.#life && this.#phase.state === "half_open") this.#phase.underWay -= 1;
  }

  /** A request that has succeeded by its head has failed by its body. */
  broke(ticket: Ticket, reason: string, instance?: string): void {
    this.#note(reason);
    const { state } = this.#phase;
    // The body of a probe may well outlive the half-open state that it helped to end.
    if (state === "closed") {
      this.#window.turnIntoFailure(instance);
      this.#judge(reason);
    } else if (state === "half_open" && ticket === this.#life && !this.#isPassedOver(instance)) this.#open(reason);
  }

  /** Stays open until somebody closes it. */
  forceOpen(cause: ChangeCause): void {
    this.#become({ state: "open", untilMs: Number.POSITIVE_INFINITY }, "by hand", cause);
  }

  /** Closes at once, without a ramp, and forgets what was counted. */
  forceClosed(cause: ChangeCause): void {
    this.#close("by hand", cause, 0);
  }

  /** Another gateway's circuit has opened, and stays so for so long. */
  hearOpen(remainingMs: number, reason: string): void {
    const untilMs = this.#options.clock.monotonic() + remainingMs;
    if (this.state === "open") {
      // Both have found out: that is one time, and the longer one.
      if (this.remainingMs < remainingMs) this.#phase = { state: "open", untilMs };
      return;
    }
    this.#recovery.take();
    this.#become({ state: "open", untilMs }, reason, "gateway");
  }

  /** Another gateway has found the service well. */
  hearClosed(reason: string): void {
    if (this.#phase.state !== "closed") this.#close(reason, "gateway", this.policy.rampMs);
  }

  #admitProbe(phase: Phase & { state: "half_open" }): Ticket | undefined {
    const nowMs = this.#options.clock.monotonic();
    if (phase.underWay >= this.policy.halfOpenRequests) {
      // Callers who never finish their uploads must not keep the circuit as it is for ever.
      if (nowMs - phase.admittedMs < this.policy.recoveryMs) return undefined;
      phase.underWay = 0;
      this.#life += 1;
    }
    phase.underWay += 1;
    phase.admittedMs = nowMs;
    return this.#life;
  }

  #isPassedOver(instance: string | undefined): boolean {
    return instance !== undefined && this.#options.isPassedOver(instance);
  }

  /** Opens when failures are too many, without those of instances that do no harm any more: others serve. */
  #judge(reason: string): void {
    for (const instance of this.#window.culprits) {
      if (this.#options.isPassedOver(instance)) this.#window.forgive(instance);
    }
    if (this.#window.isTooMuch) this.#open(reason);
  }

  #open(reason: string): void {
    const untilMs = this.#options.clock.monotonic() + this.#recovery.take();
    this.#become({ state: "open", untilMs }, reason, "requests");
  }

  #close(reason: string, cause: ChangeCause, rampMs: number): void {
    this.#recovery.reset();
    this.#window.clear();
    const ramp = rampMs === 0 ? undefined : new Ramp(rampMs, this.#options.clock.monotonic());
    this.#become({ state: "closed", ramp }, reason, cause);
  }

  #passTime(): void {
    const phase = this.#phase;
    if (phase.state !== "open" || this.#options.clock.monotonic() < phase.untilMs) return;
    const admittedMs = Number.NEGATIVE_INFINITY;
    this.#become({ state: "half_open", underWay: 0, inARow: 0, admittedMs }, "the time is over", "time");
  }

  #become(phase: Phase, reason: string, cause: ChangeCause): void {
    const from = this.#phase.state;
    this.#phase = phase;
    this.#life += 1;
    this.sinceMs = this.#options.clock.now();
    this.#options.onChange(this, { from, to: phase.state, reason, cause });
  }

  #note(reason: string): void {
    this.lastFailure = { atMs: this.#options.clock.now(), reason };
  }
}
