import { GatewayError } from "@isaas/gateway-sdk/errors";
import type { Handler } from "@isaas/gateway-sdk/plugin";
import type { Exchange } from "../pipeline/exchange.ts";
import type { Service } from "../services/service.ts";
import type { Directory } from "./directory.ts";
import type { Route, RoutePlan } from "./route.ts";

export type ForwarderTo = (plan: RoutePlan, service: string) => Handler | undefined;

/**
 * Ways from a route to a service that is not its own. They are made when first gone, and again when the service has gone
 * and come back.
 */
export function createDetours(
  directory: Directory,
  createForwarder: (plan: RoutePlan, service: Service) => Handler,
): ForwarderTo {
  const made = new WeakMap<RoutePlan, Map<string, { readonly service: Service; readonly handler: Handler }>>();

  return function forwarderTo(plan, name) {
    const entry = directory.find(name);
    if (entry === undefined || !entry.routes.every((route) => guardsAsWell(plan, route))) return undefined;
    const { service } = entry;
    const ways = made.getOrInsertComputed(plan, () => new Map());
    const known = ways.get(name);
    if (known?.service === service) return known.handler;
    const forward = createForwarder(plan, service);
    const handler = function detour(exchange: Exchange) {
      // A body that streamed is gone.
      if (exchange.body instanceof ReadableStream) throw notAgain(name);
      exchange.turnTo(service);
      return forward(exchange);
    } as Handler;
    ways.set(name, { service, handler });
    return handler;
  };
}

function notAgain(service: string): GatewayError {
  return new GatewayError("SERVICE_UNAVAILABLE", {
    message: "The request cannot be sent again.",
    details: { service, last_check: null },
  });
}

/** Whether who passes the plan's guards would pass the route's, and could ask the same of its service. */
function guardsAsWell(plan: RoutePlan, route: Route): boolean {
  const has = (scope: string): boolean => plan.scopes?.includes(scope) === true;
  return (
    [...route.policies].every((policy) => plan.policies.has(policy)) &&
    plan.methods.every(
      (method) => route.methods.includes(method) || (method === "HEAD" && route.methods.includes("GET")),
    ) &&
    (route.stripPrefix || !plan.stripPrefix) &&
    // A route without scopes of its own wants `read` or `write`, by the method.
    (route.scopes === undefined ? plan.scopes === undefined || has("write") || has("admin") : route.scopes.every(has))
  );
}
