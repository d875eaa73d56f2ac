import { coreServices, defaultMethods, policies, type RouteMethod } from "@isaas/gateway-sdk/contract";
import type { Problem } from "@isaas/gateway-sdk/errors";
import type { WireRoute } from "@isaas/gateway-sdk/services";

/** The routes of a service that names none: the core table's, or one at its name. */
export function defaultRoute(service: string, apiPrefix: string): Record<string, unknown> {
  const core = coreOf(service);
  return { path_prefix: `${apiPrefix}/${core?.segment ?? segmentOf(service)}` };
}

/** A service may well be called `constructor`. */
function coreOf(service: string): (typeof coreServices)[string] | undefined {
  return Object.hasOwn(coreServices, service) ? coreServices[service] : undefined;
}

function segmentOf(service: string): string {
  return service.replace(/_service$/, "").replaceAll("_", "-");
}

/** Fills in what a route leaves out: from the core table where the service stands there. */
export function withCoreDefaults(service: string, route: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const core = coreOf(service);
  if (core === undefined) return { methods: [...defaultMethods], ...route };
  const asked = Object.fromEntries(policies.map((policy) => [policy, core.policies.includes(policy)]));
  return { methods: [...core.methods], ...asked, ...route };
}

/** Where routes of a core service ask for less protection, or more methods, than the core table gives it. */
export function looseningProblems(service: string, routes: readonly WireRoute[]): Problem[] {
  const core = coreOf(service);
  if (core === undefined) return [];
  const methods: readonly RouteMethod[] = core.methods.includes("GET") ? [...core.methods, "HEAD"] : core.methods;
  return routes.flatMap((route, index) => [
    ...core.policies
      .filter((policy) => !route[policy])
      .map((policy) => ({ path: `routes[${index}].${policy}`, message: "wanted true, as this core service has it" })),
    ...(route.methods?.every((method) => methods.includes(method)) === false
      ? [{ path: `routes[${index}].methods`, message: `wanted none but ${core.methods.join(", ")}` }]
      : []),
    ...scopesProblem(route, index),
    ...limitsProblem(route, index),
  ]);
}

/** Scopes of a route stand in place of `read` and `write`: without these among them, it would want less than before. */
function scopesProblem({ scopes, methods }: WireRoute, index: number): Problem[] {
  const served: readonly RouteMethod[] = methods ?? defaultMethods;
  const isReading = served.every((method) => method === "GET" || method === "HEAD" || method === "WEBSOCKET");
  const needed = isReading ? "read" : "write";
  return scopes === undefined || scopes.includes(needed) || scopes.includes("admin")
    ? []
    : [{ path: `routes[${index}].scopes`, message: `wanted ${needed} among them, as this core service has it` }];
}

/** Rules of a route stand in place of the operator's, and shadow mode refuses nobody. */
function limitsProblem({ limits }: WireRoute, index: number): Problem[] {
  if (typeof limits !== "object" || limits === null) return [];
  const said = [
    ...("rules" in limits && limits.rules !== undefined ? ["rules"] : []),
    ...("shadow" in limits && limits.shadow === true ? ["shadow"] : []),
  ];
  return said.map((key) => ({
    path: `routes[${index}].limits.${key}`,
    message: "wanted none: only the settings say how a core service is limited",
  }));
}
