import type { InstanceInfo } from "@isaas/gateway-sdk/services";
import { hashText } from "./balance/hash.ts";
import { Ejection } from "./ejection.ts";

/** One process that serves a service, and what this gateway knows of it by serving with it. */
export class Instance {
  readonly id: string;
  /** Of its id, for consistent hashing. */
  readonly hash: number;
  /** What is dialled: scheme, address, port and base path, without a slash at its end. */
  url: string;
  /** The Host header it gets; undefined: that of the URL. */
  authority: string | undefined;
  /** Its share beside the others, 1 to 1000. */
  weight: number;
  /** Whether it takes new requests. */
  open: boolean;
  /** Requests sent to it and not yet ended, bodies included. */
  inFlight = 0;
  readonly ejection = new Ejection();
  /** Since when it has been getting requests, on the monotonic clock; slow start counts from here. */
  warmSinceMs: number;
  /** The part of its share that slow start gives it now, 0.1 to 1, beside the warmest of its service. */
  warmth = 1;

  constructor(info: InstanceInfo, warmSinceMs: number) {
    this.id = info.id;
    this.hash = hashText(info.id);
    this.url = info.url;
    this.authority = info.authority;
    this.weight = info.weight;
    this.open = info.open;
    this.warmSinceMs = warmSinceMs;
  }

  /** Takes over what is said of it now. One that opens again has proved itself, and is new to its work. */
  update(info: InstanceInfo, nowMs: number): void {
    if (info.open && !this.open) {
      this.warmSinceMs = nowMs;
      if (this.ejection.current !== undefined) this.ejection.end(nowMs);
    }
    this.url = info.url;
    this.authority = info.authority;
    this.weight = info.weight;
    this.open = info.open;
  }

  get isEligible(): boolean {
    return this.open && this.ejection.current === undefined;
  }
}
