import { policies, type RouteOptions } from "@isaas/gateway-sdk/contract";
import type { WireRoute } from "@isaas/gateway-sdk/services";
import { toPlan } from "./plan.ts";
import type { RoutePlan } from "./route.ts";

/** A route that a plugin brings, checked against the route schema, as a plan. */
export function fromWire(service: string, route: WireRoute, pluginNames: ReadonlySet<string>): RoutePlan {
  const said = Object.entries(route).filter(([key]) => pluginNames.has(key));
  return toPlan({ ...(route as RouteOptions), service, plugins: Object.fromEntries(said) });
}

/** The same way back: everything a route says, defaults included. */
export function toWire(plan: RoutePlan): WireRoute {
  return {
    ...plan.plugins,
    path_prefix: plan.pathPrefix,
    methods: [...plan.methods],
    strip_prefix: plan.stripPrefix,
    timeout: plan.timeoutMs / 1000,
    retries: plan.retries,
    retry_unsafe: plan.retryUnsafe,
    ...(Object.fromEntries(policies.map((policy) => [policy, plan.policies.has(policy)])) as Record<
      (typeof policies)[number],
      boolean
    >),
    ...(plan.scopes === undefined ? {} : { scopes: [...plan.scopes] }),
    balance: plan.balance,
  };
}
