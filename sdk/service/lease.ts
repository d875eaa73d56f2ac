import type { RouteOptions } from "../contract.ts";
import type { InstanceStatus } from "../registration.ts";
import type { RegistryError } from "./registry-error.ts";

/**
 * `connecting`: no gateway knows the service, or none has answered lately; it goes on trying. `registered`: the gateway
 * keeps it. `refused`: the gateway will not have it, for `error`; tried again now and then. `draining`: it gets no new
 * requests. `closed`: it has left.
 */
export type LeaseState = "connecting" | "registered" | "refused" | "draining" | "closed";

/** A service's place at the gateway, kept until it is closed. Nothing of it ever rejects or throws. */
export interface Lease extends AsyncDisposable {
  /** Such as `intent_service`. */
  readonly service: string;
  readonly state: LeaseState;
  /** What went wrong last, until something goes well again. */
  readonly error: RegistryError | undefined;
  /** Undefined before the gateway has given one. */
  readonly instanceId: string | undefined;
  /** How the gateway found the instance at the last heartbeat. */
  readonly status: InstanceStatus | undefined;
  /** Where the gateway serves it; empty before it does. */
  readonly routes: readonly RouteOptions[];
  /** Resolves to true when a gateway has the service for the first time, or to false when it is closed before. */
  readonly registered: Promise<boolean>;
  /** Takes the service out of the gateway's choice for good. It stays listed, and finishes what it has. */
  drain(): Promise<void>;
  /** Drains, goes on for `drainSeconds`, and leaves the registry. Where no gateway answers, the lease runs out by itself. */
  close(): Promise<void>;
}

/** Told at each change of a lease's state, and at each try that failed. */
export interface LeaseEvent {
  readonly lease: Lease;
  readonly state: LeaseState;
  /** What went wrong, when something did. */
  readonly error?: RegistryError;
}
