import {
  type BalanceOptions,
  coreServices,
  defaultMethods,
  policies,
  reservedSegments,
} from "@isaas/gateway-sdk/contract";
import type { StaticService } from "../config/service-urls.ts";
import type { SettingProblem } from "../config/problem.ts";
import type { RouteSetting, Settings } from "../config/settings.ts";
import { isBelow } from "./is-below.ts";
import type { RoutePlan } from "./route.ts";
import { type Entry, RouteTable } from "./table.ts";

/** Where the gateway itself will answer in time: a route there would be in the way. */
const laterPrefixes = ["/.well-known"];

const defaultTimeoutMs = 30_000;
const defaultRetries = 2;

export const defaultBalance: BalanceOptions = { policy: "least_loaded", hash_on: "client_address" };

/** Prefixes that belong to the gateway, whether or not it answers there in this version. */
export function reservedPrefixes(apiPrefix: string, ownPrefixes: readonly string[]): string[] {
  const reserved = reservedSegments.map((segment) => `${apiPrefix}/${segment}`);
  return [...new Set([...ownPrefixes, ...laterPrefixes, ...reserved])];
}

export interface Planned {
  readonly routes: readonly RoutePlan[];
  readonly problems: readonly SettingProblem[];
}

/**
 * All routes the settings ask for: those listed, and the default one of each static service that is not listed.
 * `ownPrefixes` belong to the gateway's endpoints; no route may answer there.
 */
export function planRoutes(settings: Settings, ownPrefixes: readonly string[]): Planned {
  const { apiPrefix, services } = settings;
  const listed = new Set(settings.routes.map((route) => route.service));
  const asked = [
    ...settings.routes.map((route, index) => ({ path: `routes[${index}].path_prefix`, plan: toPlan(route) })),
    ...services
      .filter((service) => !listed.has(service.name))
      .map((service) => ({ path: `${service.name}_url`, plan: toDefaultPlan(apiPrefix, service) })),
  ];

  const own = reservedPrefixes(apiPrefix, ownPrefixes);
  const table = new RouteTable<Entry>();
  const problems: SettingProblem[] = [];
  for (const { path, plan } of asked) {
    const problem = placeProblem(plan, own, table);
    if (problem !== undefined) problems.push({ path, ...problem, source: "routes" });
  }
  return { routes: asked.map(({ plan }) => plan), problems };
}

/** Tries the route among those before it. */
function placeProblem(
  plan: RoutePlan,
  own: readonly string[],
  table: RouteTable<Entry>,
): Pick<SettingProblem, "wanted" | "got"> | undefined {
  const { pathPrefix } = plan;
  const owner = own.find((prefix) => isBelow(pathPrefix, prefix));
  if (owner !== undefined) {
    return { wanted: "a prefix outside the gateway's own", got: `${pathPrefix}, below ${owner}` };
  }
  try {
    table.add(plan);
    return undefined;
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return { wanted: "each method of a prefix served once", got: error.message };
  }
}

/** What a route says, in our names and units. */
export function toPlan(route: RouteSetting): RoutePlan {
  return {
    pathPrefix: route.path_prefix,
    methods: route.methods ?? coreServices[route.service]?.methods ?? defaultMethods,
    service: route.service,
    stripPrefix: route.strip_prefix,
    timeoutMs: route.timeout * 1000,
    retries: route.retries,
    retryUnsafe: route.retry_unsafe,
    policies: new Set(policies.filter((policy) => route[policy])),
    scopes: route.scopes,
    balance: route.balance ?? defaultBalance,
    plugins: route.plugins,
  };
}

function toDefaultPlan(apiPrefix: string, { name, segment }: StaticService): RoutePlan {
  const core = coreServices[name];
  return {
    pathPrefix: `${apiPrefix}/${segment}`,
    methods: core?.methods ?? defaultMethods,
    service: name,
    stripPrefix: true,
    timeoutMs: defaultTimeoutMs,
    retries: defaultRetries,
    retryUnsafe: false,
    policies: new Set(core?.policies ?? policies),
    scopes: undefined,
    balance: defaultBalance,
    plugins: {},
  };
}
