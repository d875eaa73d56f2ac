import type { Handler, Host, RouteInfo } from "@isaas/gateway-sdk/plugin";
import type { Circuits } from "./circuits.ts";
import { guardBy } from "./guard.ts";

/** Ways from a route to other services, each through the circuit of the service it leads to, where that has one. */
export function createWays(
  host: Pick<Host, "forwarderTo" | "clock" | "log">,
  route: RouteInfo,
  circuits: Circuits,
): (service: string) => Handler | undefined {
  let hasWarned = false;
  return function wayTo(service) {
    const forward = host.forwarderTo(route, service);
    if (forward !== undefined) {
      const circuit = circuits.find(service);
      return circuit === undefined ? forward : guardBy(circuit, host.clock, forward);
    }
    if (!hasWarned) {
      hasWarned = true;
      const fields = { route: route.pathPrefix, service: route.service, fallback: service };
      host.log.warn(fields, "a fallback cannot be used: there is no such service, or its routes ask more of callers");
    }
    return undefined;
  };
}
