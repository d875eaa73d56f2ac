import type { Services } from "@isaas/gateway-sdk/services";
import { outsideProblems, refuseTaken, repeatedProblems } from "./claims.ts";
import { looseningProblems } from "./core-routes.ts";
import type { InstanceRecord } from "./record.ts";

/**
 * Whether a record's routes may be its service's, whoever else is there. Who wrote it into the store need not have asked
 * a gateway, and a route below `/services` would get everybody's lease tokens.
 */
export function createClaimCheck(apiPrefix: string, services: Pick<Services, "fixed" | "reservedPrefixes">) {
  return function mayClaim({ service_name: service, routes }: InstanceRecord): boolean {
    const problems = [
      ...outsideProblems(apiPrefix, routes),
      ...repeatedProblems(routes),
      ...looseningProblems(service, routes),
    ];
    if (problems.length === 0 && isFree(service, routes)) return true;
    // These are the operator's own choice, and what the record says of them does not count.
    return services.fixed().some(({ name }) => name === service);
  };

  function isFree(service: string, routes: InstanceRecord["routes"]): boolean {
    try {
      refuseTaken(service, routes, [], services.reservedPrefixes, apiPrefix);
      return true;
    } catch {
      return false;
    }
  }
}
