import { definePlugin } from "@isaas/gateway-sdk/plugin";
import { Circuit } from "./circuit.ts";
import { Circuits } from "./circuits.ts";
import { createEndpoints } from "./endpoints.ts";
import { explainCircuit } from "./explain-circuit.ts";
import { createFallback, fallBack } from "./fallback.ts";
import { guardBy } from "./guard.ts";
import { logChange } from "./log-change.ts";
import { breakersOptions } from "./options.ts";
import { policyOf } from "./policy-of.ts";
import { breakersRouteOptions } from "./route-options.ts";
import { Sharing } from "./sharing.ts";
import { createWays } from "./ways.ts";

const levels = { closed: 0, half_open: 1, open: 2 } as const;

/** Fails fast while a service fails, lets it recover gently, and answers in its place where a route says so. */
export const breakers = definePlugin({
  name: "breakers",
  stage: "upstream",
  enforces: ["circuit_breaker"],
  options: breakersOptions,
  routeOptions: breakersRouteOptions,
  checkRoute({ fallback }, _options, { service }) {
    return fallback !== undefined && "service" in fallback && fallback.service === service
      ? [{ path: "fallback.service", wanted: "another service than the route's own", got: "the same" }]
      : [];
  },
  setup(host, options) {
    const { clock, log, metrics } = host;
    const changes = metrics.counter("circuit_changes_total", "Changes of circuits.", ["service", "to"]);
    let hasStarted = false;
    const circuits: Circuits = new Circuits((service) => {
      const circuit = new Circuit({
        service,
        policy: policyOf(service, options),
        clock,
        random: Math.random,
        isPassedOver: (instance) => host.services.isPassedOver(service, instance),
        onChange(changed, change) {
          logChange(log, service, change);
          changes.add({ service, to: change.to });
          sharing.tell(changed, change);
        },
      });
      if (hasStarted) sharing.catchUp(circuit);
      return circuit;
    }, host.services.has);
    metrics.gauge("circuit_state", "0 closed, 1 half open, 2 open.", ["service"], () =>
      circuits.all.map((circuit) => [{ service: circuit.service }, levels[circuit.state]] as const),
    );
    const sharing = new Sharing({ ...host, find: (service) => circuits.find(service) });

    return {
      endpoints: createEndpoints(host, circuits),
      route(route, { fallback }) {
        const wants = route.policies.has("circuit_breaker");
        if (!wants && fallback === undefined) return undefined;
        const { statuses } = policyOf(route.service, options);
        const circuit = wants ? circuits.of(route.service) : undefined;
        return (next) => {
          const guarded = circuit === undefined ? next : guardBy(circuit, clock, next);
          if (fallback === undefined) return guarded;
          return fallBack(guarded, createFallback(fallback, createWays(host, route, circuits)), statuses);
        };
      },
      explain: (route, { fallback }) =>
        explainCircuit(route.policies.has("circuit_breaker") ? circuits.find(route.service) : undefined, fallback),
      start() {
        hasStarted = true;
        sharing.start();
        for (const circuit of circuits.all) sharing.catchUp(circuit);
      },
    };
  },
});
