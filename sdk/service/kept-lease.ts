import type { RouteOptions } from "../contract.ts";
import type { InstanceStatus, RegistrationAnswer } from "../registration.ts";
import type { Lease, LeaseEvent, LeaseState } from "./lease.ts";
import { heartbeatPause, Pause, pauseAfter } from "./pauses.ts";
import type { RegistrationBody } from "./registration-of.ts";
import type { Registry } from "./registry.ts";
import { RegistryError } from "./registry-error.ts";

export interface KeptLeaseOptions {
  readonly registry: Registry;
  readonly body: RegistrationBody;
  readonly service: string;
  readonly drainMs: number;
  readonly onEvent: (event: LeaseEvent) => void;
}

/** Registers and renews, one request after the other, until it is closed. */
export class KeptLease implements Lease {
  readonly service: string;
  readonly registered: Promise<boolean>;
  /** Resolves when the first try has ended, well or not. */
  readonly tried: Promise<void>;
  state: LeaseState = "connecting";
  error: RegistryError | undefined;
  status: InstanceStatus | undefined;
  readonly #options: KeptLeaseOptions;
  readonly #pause = new Pause();
  readonly #closed: Promise<void>;
  #known: RegistrationAnswer | undefined;
  #isLeaving = false;
  #isDraining = false;
  #setRegistered: (is: boolean) => void = () => {};
  #setTried: () => void = () => {};

  constructor(options: KeptLeaseOptions) {
    this.#options = options;
    this.service = options.service;
    this.registered = new Promise((resolve) => (this.#setRegistered = resolve));
    this.tried = new Promise((resolve) => (this.#setTried = resolve));
    this.#closed = this.#keep();
  }

  get instanceId(): string | undefined {
    return this.#known?.instance_id;
  }

  get routes(): readonly RouteOptions[] {
    return this.#known?.routes ?? [];
  }

  async drain(): Promise<void> {
    if (this.#isDraining || this.#isLeaving) return;
    this.#isDraining = true;
    this.#turn("draining");
    await this.#try(() => this.#tellDraining());
  }

  close(): Promise<void> {
    this.#isLeaving = true;
    this.#pause.end();
    return this.#closed;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #keep(): Promise<void> {
    let failures = 0;
    while (!this.#isLeaving) {
      const error = await this.#try(() => this.#renewOrRegister());
      this.#setTried();
      failures = error === undefined ? 0 : failures + 1;
      if (!this.#isLeaving) await this.#pause.take(this.#pauseMs(error, failures));
    }
    await this.#leave();
  }

  #pauseMs(error: RegistryError | undefined, failures: number): number {
    const heartbeatMs = heartbeatPause(this.#known?.heartbeat_seconds ?? 10);
    if (error === undefined) return heartbeatMs;
    // While there is a lease to lose, not less often than ever.
    const pauseMs = pauseAfter(error, failures);
    return this.#known === undefined ? pauseMs : Math.min(pauseMs, heartbeatMs);
  }

  async #renewOrRegister(): Promise<void> {
    if (this.#known !== undefined && (await this.#renew(this.#known))) return;
    // One that drains and is forgotten has nothing to come back for.
    if (this.#isDraining) return;
    const answer = await this.#options.registry.register(this.#options.body);
    this.#known = answer;
    this.status = answer.status;
    if (this.#isDraining) return this.#tellDraining();
    this.#turn("registered");
    this.#setRegistered(true);
  }

  /** False when the gateway does not know this lease, or its token, any more. */
  async #renew(known: RegistrationAnswer): Promise<boolean> {
    try {
      this.status = (await this.#options.registry.renew(known)).status;
    } catch (error) {
      if (!(error instanceof RegistryError && error.isRefusal)) throw error;
      this.#known = undefined;
      this.status = undefined;
      return false;
    }
    this.#turn(this.#isDraining ? "draining" : "registered");
    if (this.#isDraining && this.status !== "draining") await this.#tellDraining();
    return true;
  }

  async #tellDraining(): Promise<void> {
    if (this.#known !== undefined) await this.#options.registry.drain(this.#known);
  }

  async #leave(): Promise<void> {
    this.#setRegistered(false);
    const known = this.#known;
    if (known !== undefined) {
      const wasDraining = this.#isDraining;
      this.#isDraining = true;
      this.#turn("draining");
      const failure = wasDraining ? undefined : await this.#try(() => this.#options.registry.drain(known));
      // Whoever does not answer now will not hear the rest either.
      if (failure?.code !== "UNREACHABLE") {
        await new Promise((resolve) => setTimeout(resolve, this.#options.drainMs));
        await this.#try(() => this.#options.registry.remove(known));
      }
    }
    this.#known = undefined;
    this.status = undefined;
    this.#turn("closed");
  }

  /** What is done with the registry fails without anybody's harm: it is told, and returned. */
  async #try(action: () => Promise<void>): Promise<RegistryError | undefined> {
    try {
      await action();
      return undefined;
    } catch (cause) {
      const error =
        cause instanceof RegistryError
          ? cause
          : new RegistryError("UNEXPECTED_ANSWER", { message: "the registration failed", cause });
      this.#fail(error);
      return error;
    }
  }

  #fail(error: RegistryError): void {
    this.error = error;
    if (!this.#isDraining) this.state = error.isRefusal ? "refused" : "connecting";
    this.#options.onEvent({ lease: this, state: this.state, error });
  }

  #turn(state: LeaseState): void {
    if (this.state === state) return;
    this.state = state;
    if (state === "registered") this.error = undefined;
    this.#options.onEvent({ lease: this, state });
  }
}
