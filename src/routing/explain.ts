import { type Policy, policies } from "@isaas/gateway-sdk/contract";
import type { ExplainedInstance, Explanation } from "@isaas/gateway-sdk/plugin";
import type { Instance } from "../services/instance.ts";
import type { Service } from "../services/service.ts";
import { type Destination, isRoute } from "./route.ts";
import { parseTarget } from "../server/target.ts";
import type { RouteTable } from "./table.ts";

/**
 * What would happen to a request, without sending it. `target` is its path, with or without a query.
 * Throws INVALID_REQUEST where the gate would.
 */
export function explainRequest(
  table: RouteTable<Destination>,
  enforced: ReadonlySet<string>,
  method: string,
  target: string,
): Explanation {
  const { path } = parseTarget(new URL(`http://gateway${target}`).href);
  const { entry, allow } = table.match(method, path);
  if (entry === undefined) {
    return allow === undefined
      ? { method, path, outcome: "not_found" }
      : { method, path, outcome: "method_not_allowed", allow };
  }
  if (!isRoute(entry)) return { method, path, outcome: "endpoint" };
  const stateOf = (policy: Policy) => {
    if (!entry.policies.has(policy)) return "off";
    return enforced.has(policy) ? "on" : "not enforced";
  };
  return {
    method,
    path,
    outcome: "route",
    route: {
      path_prefix: entry.pathPrefix,
      methods: entry.methods,
      timeout: entry.timeoutMs / 1000,
      retries: entry.retries,
      retry_unsafe: entry.retryUnsafe,
      ...(entry.scopes === undefined ? {} : { scopes: entry.scopes }),
    },
    policies: Object.fromEntries(
      policies.map((policy) => [policy, stateOf(policy)]),
    ) as Required<Explanation>["policies"],
    chain: entry.steps.map(({ stage, plugin, explain }) => {
      const facts = explain?.() ?? [];
      return { stage, plugin, ...(facts.length === 0 ? {} : { facts }) };
    }),
    service: entry.service,
    forwards_to: entry.stripPrefix ? path.slice(entry.pathPrefix.length) || "/" : path,
    balance: entry.balance,
    instances: entry.target.instances.map((instance) => explainInstance(entry.target, instance)),
  };
}

function explainInstance(service: Service, { id, url, open, weight, inFlight }: Instance): ExplainedInstance {
  const ejected = service.load(id)?.ejected;
  return {
    id,
    url,
    open,
    weight,
    in_flight: inFlight,
    ejected: ejected === undefined ? null : { until: new Date(ejected.untilMs).toISOString(), reason: ejected.reason },
  };
}
