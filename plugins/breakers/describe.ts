import type { Clock } from "@isaas/gateway-sdk/plugin";
import type { Circuit, CircuitState } from "./circuit.ts";

/** A circuit as the API shows it. Times are ISO 8601. */
export interface DescribedCircuit {
  readonly service: string;
  readonly state: CircuitState;
  /** In the window, while it is closed. */
  readonly failures: number;
  readonly requests: number;
  readonly since: string;
  /** When it will be half open; null when it is not open, or open until somebody closes it. */
  readonly retry_after: string | null;
  readonly last_failure: { readonly at: string; readonly reason: string } | null;
}

export function describeCircuit(circuit: Circuit, clock: Clock): DescribedCircuit {
  const { service, state, failures, requests, sinceMs, remainingMs, lastFailure } = circuit;
  return {
    service,
    state,
    failures,
    requests,
    since: toTime(sinceMs),
    retry_after: state === "open" && Number.isFinite(remainingMs) ? toTime(clock.now() + remainingMs) : null,
    last_failure: lastFailure === undefined ? null : { at: toTime(lastFailure.atMs), reason: lastFailure.reason },
  };
}

function toTime(ms: number): string {
  return new Date(Math.ceil(ms)).toISOString();
}
