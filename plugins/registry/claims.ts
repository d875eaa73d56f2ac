import { balanceSchema, coreServices, defaultMethods } from "@isaas/gateway-sdk/contract";
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
    const claims = methods.map((method) => `${method} ${prefix}`);
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
  const gateway = { name: "gateway", routes: reserved.map((prefix) => ({ path_prefix: prefix })) };
  for (const owner of [gateway, ...core, ...others]) {
    if (owner.name === service) continue;
    for (const { path_prefix: taken } of owner.routes) {
      if (routes.some(({ path_prefix: asked }) => overlap(asked, taken))) throw prefixTaken(owner.name);
    }
  }
}

function overlap(a: string, b: string): boolean {
  return a === b || a.startsWith(`${b}/`) || b.startsWith(`${a}/`);
}

function prefixTaken(owner: string): GatewayError {
  const message =
    owner === "gateway"
      ? "The gateway itself answers at one of these prefixes."
      : "Another service answers at one of these prefixes.";
  return new GatewayError("CONFLICT", { message, details: { owner } });
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
  const texts = routes.map(({ methods = defaultMethods, balance = {}, ...route }) =>
    JSON.stringify(sorted({ ...route, methods: [...methods].sort(), balance: Default(balanceSchema, { ...balance }) })),
  );
  return texts.sort().join("\n");
}

function sorted(value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .map(([key, part]) => [key, sorted(part)] as const)
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );
}
