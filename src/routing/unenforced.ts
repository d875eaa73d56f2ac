import { type Policy, policies } from "@isaas/gateway-sdk/contract";
import type { Log } from "@isaas/gateway-sdk/plugin";
import type { RoutePlan } from "./route.ts";

/**
 * Warns, once for each, of policies that routes ask for and nobody enforces: a guard that is asked for must at least
 * not be silently absent.
 */
export function createUnenforcedWarning(
  enforced: ReadonlySet<string>,
  log: Log,
): (routes: readonly RoutePlan[]) => void {
  const quiet = new Set<Policy>(policies.filter((policy) => enforced.has(policy)));
  return function warnUnenforced(routes) {
    if (quiet.size === policies.length) return;
    const open = policies.filter((policy) => !quiet.has(policy) && routes.some((route) => route.policies.has(policy)));
    if (open.length === 0) return;
    for (const policy of open) quiet.add(policy);
    log.warn(
      { not_enforced: open },
      `routes ask for policies that this version does not enforce yet: ${open.join(", ")}`,
    );
  };
}
