import type { Principal, RouteInfo } from "@isaas/gateway-sdk/plugin";
import type { LimitsOptions, LimitsRouteOptions, RuleOptions } from "./options.ts";

/** One limit: how much, and who or what has a bucket of its own. */
export interface Rule {
  readonly name: string;
  readonly ratePerSecond: number;
  readonly burst: number;
  readonly per: readonly string[];
  /** Only for principals with one of these; undefined: for everybody. */
  readonly scopes: readonly string[] | undefined;
  /** Not for principals with one of these. */
  readonly unlessScopes: readonly string[];
  /** Only on routes of these; undefined: of all. */
  readonly services: readonly string[] | undefined;
  /** The service that brought it; undefined: the settings, for all. Nobody's rule touches another's buckets. */
  readonly owner: string | undefined;
  /** Its item of RateLimit-Policy: a quota, and the seconds in which it comes back. */
  readonly policy: string;
}

/** The name of the rule that everybody meets. */
const everyCaller = "caller";

/** That of every caller first, then those of the settings. */
export function createRules(options: LimitsOptions): readonly Rule[] {
  const named = options.limits.map((rule) => toRule(rule, { services: rule.services }));
  if (named.some(({ name }) => name === everyCaller)) return named;
  const { rate_limit_per_second: perSecond, rate_limit_burst: burst } = options;
  return [toRule({ name: everyCaller, per_second: perSecond, burst, per: ["caller"] }), ...named];
}

/**
 * The rules of a route: those that it lists, else all that fit its service. Throws a RangeError for an unknown name, which
 * only a registration from before a restart with other settings can have.
 */
export function rulesOf(
  { service, pathPrefix }: RouteInfo,
  { rules }: LimitsRouteOptions,
  shared: readonly Rule[],
): Rule[] {
  if (rules === undefined) return shared.filter(({ services }) => services?.includes(service) !== false);
  const listed = rules.map((rule) => {
    if (typeof rule !== "string") return toRule(rule, { owner: service });
    const known = shared.find(({ name }) => name === rule);
    if (known === undefined)
      throw new RangeError(`${pathPrefix}: limits.rules: wanted names of \`limits\`, got another`);
    return known;
  });
  return [...new Map(listed.map((rule) => [rule.name, rule])).values()];
}

export function appliesTo({ scopes, unlessScopes }: Rule, principal: Principal | undefined): boolean {
  const has = (scope: string): boolean => principal?.scopes.includes(scope) === true;
  return (scopes === undefined || scopes.some(has)) && !unlessScopes.some(has);
}

function toRule(
  { name, per_second: perSecond, burst, per, ...more }: RuleOptions,
  { services, owner }: { readonly services?: readonly string[] | undefined; readonly owner?: string } = {},
): Rule {
  return {
    name,
    ratePerSecond: perSecond,
    burst,
    // In one order, so that the same parts make the same bucket.
    per: per.map((part) => (part.startsWith("header:") ? part.toLowerCase() : part)).toSorted(),
    scopes: more.scopes,
    unlessScopes: more.unless_scopes ?? [],
    services,
    owner,
    policy: `"${name}";q=${burst};w=${Math.max(1, Math.ceil(burst / perSecond))}`,
  };
}
