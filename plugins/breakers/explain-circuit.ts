import type { Circuit } from "./circuit.ts";
import type { FallbackOptions } from "./route-options.ts";

/** What `gateway explain` tells of a route's circuit and its fallback. */
export function explainCircuit(circuit: Circuit | undefined, fallback: FallbackOptions | undefined): string[] {
  return [
    ...(circuit === undefined ? [] : [describeCircuit(circuit)]),
    ...(fallback === undefined ? [] : [describeFallback(fallback)]),
  ];
}

function describeCircuit({ state, policy }: Circuit): string {
  const { failures, failureRate, minimumRequests, windowMs, recoveryMs } = policy;
  const threshold = failureRate === undefined ? `${failures} failures` : `a share of failures of ${failureRate}`;
  return `circuit ${state.replace("_", " ")}: opens at ${threshold} in ${windowMs / 1000} s of at least ${minimumRequests} requests, for ${recoveryMs / 1000} s`;
}

function describeFallback(fallback: FallbackOptions): string {
  const answer = "service" in fallback ? fallback.service : `${fallback.status}, always the same`;
  return `fallback when ${fallback.on.join(" or ")}: ${answer}`;
}
