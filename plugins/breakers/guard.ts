import { GatewayError } from "@isaas/gateway-sdk/errors";
import type { Clock, Exchange, Handler } from "@isaas/gateway-sdk/plugin";
import type { Circuit, Ticket } from "./circuit.ts";
import { failureOf } from "./verdict.ts";

/** Lets requests through to the handler as long as the circuit does, and tells it what they come to. */
export function guardBy(circuit: Circuit, clock: Clock, next: Handler): Handler {
  const { slowMs, statuses } = circuit.policy;

  return async function guarded(exchange: Exchange): Promise<Response> {
    const ticket = circuit.admit();
    if (ticket === undefined) throw circuitOpen(circuit, clock);
    const startMs = slowMs === undefined ? 0 : clock.monotonic();
    let response: Response;
    try {
      response = await next(exchange);
    } catch (error) {
      const reason = failureOf(error, exchange);
      if (reason === undefined) circuit.undecided(ticket);
      else fail(exchange, ticket, reason);
      throw error;
    }
    if (statuses.has(response.status)) {
      fail(exchange, ticket, `answered ${response.status}`);
    } else if (slowMs !== undefined && clock.monotonic() - startMs > slowMs) {
      fail(exchange, ticket, "answered too slowly");
    } else {
      circuit.succeeded(ticket);
      exchange.onBroken(() => circuit.broke(ticket, "its answer broke off", exchange.instanceId));
    }
    return response;
  };

  /** The instance first: when it is ejected for this, the circuit need not open. */
  function fail(exchange: Exchange, ticket: Ticket, reason: string): void {
    exchange.blame(reason);
    circuit.failed(ticket, reason, exchange.instanceId);
  }
}

/** Where a circuit lets some pass, the next one may be among them very soon. */
const soonMs = 1000;

function circuitOpen(circuit: Circuit, clock: Clock): GatewayError {
  const { service, policy, state, remainingMs } = circuit;
  const isByHand = remainingMs === Number.POSITIVE_INFINITY;
  const waitMs = state === "open" ? remainingMs : soonMs;
  return new GatewayError("CIRCUIT_OPEN", {
    message: "The service fails; requests are not sent to it for now.",
    details: { service, retry_after: isByHand ? null : new Date(Math.ceil(clock.now() + waitMs)).toISOString() },
    // Nobody knows when one that was opened by hand will be closed: often enough, and no more often.
    headers: { "retry-after": String(Math.ceil((isByHand ? policy.recoveryMs : waitMs) / 1000)) },
  });
}
