import type { Lease } from "./lease.ts";
import { openLease } from "./open-lease.ts";
import type { ServiceOptions } from "./options.ts";

/**
 * Registers a service that already listens, and keeps it registered until its lease is closed. Resolves when the first
 * try has ended, after some seconds at most, whether the gateway was there or not: see `state` and `error` of the lease,
 * which goes on by itself. Rejects with a TypeError only, for options that cannot be right.
 */
export async function registerService(options: ServiceOptions): Promise<Lease> {
  const lease = openLease(options);
  await lease.tried;
  return lease;
}
