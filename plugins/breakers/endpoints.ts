import { demandScope } from "@isaas/gateway-sdk/demand-scope";
import { GatewayError } from "@isaas/gateway-sdk/errors";
import type { Host } from "@isaas/gateway-sdk/plugin";
import { type AnyElysia, Elysia, t } from "elysia";
import type { Circuit } from "./circuit.ts";
import type { Circuits } from "./circuits.ts";
import { describeCircuit } from "./describe.ts";

const time = t.Union([t.String({ format: "date-time" }), t.Null()]);
const circuitSchema = t.Object({
  service: t.String(),
  state: t.Union([t.Literal("closed"), t.Literal("open"), t.Literal("half_open")]),
  failures: t.Number({ description: "Of those requests" }),
  requests: t.Number({ description: "Counted in the window before it opened; none while it is half open" }),
  since: t.String({ format: "date-time", description: "When it last changed" }),
  retry_after: time,
  last_failure: t.Union([t.Object({ at: t.String({ format: "date-time" }), reason: t.String() }), t.Null()]),
});
const named = { params: t.Object({ service: t.String({ description: "Service name" }) }), response: circuitSchema };

/** Shows the circuits to an admin, who may also open, close and reset them, on every gateway. */
export function createEndpoints(host: Host, circuits: Circuits): AnyElysia {
  const path = `${host.apiPrefix}/circuits`;
  const { clock } = host;

  function change(request: Request, service: string, act: (circuit: Circuit) => void) {
    demandScope(host.exchangeOf(request), "admin");
    const circuit = circuits.all.find((one) => one.service === service);
    if (circuit === undefined) throw new GatewayError("NOT_FOUND", { message: "There is no such circuit." });
    act(circuit);
    return describeCircuit(circuit, clock);
  }
  const close = (circuit: Circuit): void => circuit.forceClosed("operator");

  return new Elysia({ name: "breakers", detail: { tags: ["Circuits"], security: [{ bearer: [] }] } })
    .get(
      path,
      ({ request }) => {
        demandScope(host.exchangeOf(request), "admin");
        return { circuits: circuits.all.map((circuit) => describeCircuit(circuit, clock)) };
      },
      { detail: { summary: "All circuits" }, response: t.Object({ circuits: t.Array(circuitSchema) }) },
    )
    .post(`${path}/:service/reset`, ({ request, params }) => change(request, params.service, close), {
      ...named,
      detail: { summary: "Close a circuit at once and forget what was counted" },
    })
    .post(
      `${path}/:service/open`,
      ({ request, params }) => change(request, params.service, (circuit) => circuit.forceOpen("operator")),
      { ...named, detail: { summary: "Open a circuit until somebody closes it" } },
    )
    .post(`${path}/:service/close`, ({ request, params }) => change(request, params.service, close), {
      ...named,
      detail: { summary: "Close a circuit" },
    });
}
