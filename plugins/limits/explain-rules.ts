import type { LimitsRouteOptions } from "./options.ts";
import type { Rule } from "./rule.ts";

/** What `gateway explain` tells of a route's limits, a line a rule. */
export function explainRules(
  rules: readonly Rule[],
  { cost, shadow, when_store_fails: whenStoreFails }: Omit<LimitsRouteOptions, "rules">,
): string[] {
  return [
    ...rules.map(explainRule),
    ...(cost === 1 ? [] : [`a request costs ${cost}`]),
    ...(shadow ? ["shadow: nobody is refused"] : []),
    ...(whenStoreFails === "refuse" ? ["503 while the store is away"] : []),
  ];
}

function explainRule({ name, ratePerSecond, burst, per, scopes, unlessScopes }: Rule): string {
  return [
    `${name}: ${ratePerSecond} a second`,
    `burst ${burst}`,
    `per ${per.join(" and ")}`,
    ...(scopes === undefined ? [] : [`with scope ${scopes.join(" or ")}`]),
    ...(unlessScopes.length === 0 ? [] : [`without scope ${unlessScopes.join(" or ")}`]),
  ].join(", ");
}
