import { balanceSchema, coreServices, defaultMethods, type RouteMethod } from "@isaas/gateway-sdk/contract";
import { GatewayError, type Problem } from "@isaas/gateway-sdk/errors";
import type { WireRoute } from "@isaas/gateway-sdk/services";
import { Default } from "typebox/value";

/** A service with its routes, as far as claims go. */
export interface Claimant {
  readonly name: string;
  readonly routes: readonly Pick<WireRoute, "path_prefix">[];
}

/** Where routes lie outside what services may claim at all. */
export function outsideProblems(apiPrefix: string, routes: readonly WireRoute[]): Problem[] {
  return routes.flatMap(({ path_prefix: prefix }, index) =>
    prefix.startsWith(`${apiPrefix}/`)
      ? []
      : [{ path: `routes[${index}].path_prefix`, message: `wanted a path below ${apiPrefix}/` }],
  );
}

/** Where one service claims the same method of the same prefix twice. */
export function repeatedProblems(routes: readonly WireRoute[]): Problem[] {
  const seen = new Set<string>();
  return routes.flatMap(({ path_prefix: prefix, methods = defaultMethods }, index) => {
    const claims = withHead(methods).map((method) => `${method} ${prefix}`);
    const repeated = claims.some((claim) => seen.has(claim));
    for (const claim of claims) seen.add(claim);
    return repeated ? [{ path: `routes[${index}].methods`, message: "wanted each method of a prefix once" }] : [];
  });
}

/**
 * Throws CONFLICT with the owner when a route lies on, above or below a prefix of somebody else: above, it would keep
 * the owner from coming back once its last instance has left.
 */
export function refuseTaken(
  service: string,
  routes: readonly WireRoute[],
  others: Iterable<Claimant>,
  reserved: readonly string[],
  apiPrefix: string,
): void {
  const core = Object.entries(coreServices).map(([name, { segment }]) => ({
    name,
    routes: [{ path_prefix: `${apiPrefix}/${segment}` }],
  }));
  const claim = (owner: string, taken: string, message: string): void => {
    if (!routes.some(({ path_prefix: asked }) => overlap(asked, taken))) return;
    throw new GatewayError("CONFLICT", { message, details: { owner } });
  };
  // A service may be called `gateway`: that does not make these its own.
  for (const prefix of reserved) claim("gateway", prefix, "The gateway itself answers at one of these prefixes.");
  for (const { name, routes: claimed } of [...core, ...others]) {
    if (name === service) continue;
    for (const { path_prefix: taken } of claimed) {
      claim(name, taken, "Another service answers at one of these prefixes.");
    }
  }
}

function overlap(a: string, b: string): boolean {
  return a === b || a.startsWith(`${b}/`) || b.startsWith(`${a}/`);
}

/** Throws CONFLICT when a service's routes are not those it already has. */
export function refuseDisagreement(service: string, routes: readonly WireRoute[], live: readonly WireRoute[]): void {
  if (canonical(routes) === canonical(live)) return;
  throw new GatewayError("CONFLICT", {
    message: "The service's other instances have other routes: all have to agree.",
    details: { owner: service },
  });
}

/** The same text for routes that mean the same, whatever the order of keys, methods or routes. */
function canonical(routes: readonly WireRoute[]): string {
  const texts = routes.map(({ methods = defaultMethods, scopes, balance = {}, ...route }) => {
    const plain = { ...route, methods: withHead(methods).sort(), scopes: scopes?.toSorted() };
    return JSON.stringify(sorted({ ...plain, balance: Default(balanceSchema, { ...balance }) }));
  });
  return texts.sort().join("\n");
}

/** GET implies HEAD. */
function withHead(methods: readonly RouteMethod[]): RouteMethod[] {
  return [...new Set(methods.flatMap((method): RouteMethod[] => (method === "GET" ? ["GET", "HEAD"] : [method])))];
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .map(([key, part]) => [key, sorted(part)] as const)
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );
}
