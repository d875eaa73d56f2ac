import type { BreakersOptions } from "./options.ts";
import type { CircuitPolicy } from "./policy.ts";

/** What the settings say of one service's circuit, in our names and units. */
export function policyOf(service: string, options: BreakersOptions): CircuitPolicy {
  const { circuits = {} } = options;
  const own = Object.hasOwn(circuits, service) ? circuits[service] : undefined;
  const slowSeconds = own?.slow_seconds ?? options.circuit_slow_seconds;
  return {
    failures: own?.failures ?? options.circuit_failures,
    // A service that says how many failures it may have does not mean a share.
    failureRate: own?.failure_rate ?? (own?.failures === undefined ? options.circuit_failure_rate : undefined),
    minimumRequests: own?.minimum_requests ?? options.circuit_minimum_requests,
    windowMs: (own?.window_seconds ?? options.circuit_window_seconds) * 1000,
    recoveryMs: (own?.recovery_seconds ?? options.circuit_recovery_seconds) * 1000,
    recoveryMaxMs: (own?.recovery_max_seconds ?? options.circuit_recovery_max_seconds) * 1000,
    halfOpenRequests: own?.half_open_requests ?? options.circuit_half_open_requests,
    successes: own?.successes ?? options.circuit_successes,
    slowMs: slowSeconds === undefined ? undefined : slowSeconds * 1000,
    statuses: new Set(own?.statuses ?? options.circuit_statuses),
    rampMs: (own?.ramp_seconds ?? options.circuit_ramp_seconds) * 1000,
  };
}
