import { GatewayError } from "@isaas/gateway-sdk/errors";
import type { Exchange } from "../pipeline/exchange.ts";
import type { Service } from "../services/service.ts";

const unreachableCodes: ReadonlySet<unknown> = new Set(["ECONNREFUSED", "ENOTFOUND", "EHOSTUNREACH", "ENETUNREACH"]);

/** Nothing of the request was sent. */
export function isUnreachable(cause: unknown): boolean {
  return cause instanceof Error && "code" in cause && unreachableCodes.has(cause.code);
}

export function noInstance({ name, lastCheck }: Service): GatewayError {
  return new GatewayError("SERVICE_UNAVAILABLE", {
    message: "No instance of the service is available.",
    details: { service: name, last_check: lastCheck },
    headers: { "retry-after": "5" },
  });
}

export function noPlace({ name, lastCheck }: Service): GatewayError {
  return new GatewayError("SERVICE_UNAVAILABLE", {
    message: "The service has as many requests as it may have at once.",
    details: { service: name, last_check: lastCheck },
    headers: { "retry-after": "1" },
  });
}

/** The instance says itself that it cannot serve, or that it is a gateway whose own service cannot. */
export function isUnavailable(status: number): boolean {
  return status >= 502 && status <= 504;
}

/** What the log says of an instance that failed; the cause itself may hold addresses and stays out of it. */
export function describeFailure(cause: unknown, exchange: Exchange): string {
  if (exchange.timedOut) return "did not answer in time";
  if (isUnreachable(cause)) return "could not be reached";
  return cause instanceof GatewayError ? "sent a malformed answer" : "broke off before it answered";
}

/** The same of a try that may have brought an answer, or half of one. */
export function describeTry(
  exchange: Exchange,
  { answer, response, cause }: { answer: Response | undefined; response: Response | undefined; cause: unknown },
): string {
  if (answer === undefined || cause !== undefined) return describeFailure(cause, exchange);
  return response === undefined ? "its answer broke off" : `answered ${answer.status}`;
}

/** What the caller learns of it. */
export function toGatewayError(cause: unknown, exchange: Exchange, service: string): GatewayError {
  if (cause instanceof GatewayError) return cause;
  if (exchange.timedOut) {
    return new GatewayError("UPSTREAM_TIMEOUT", {
      message: "The service did not answer in time.",
      details: { service },
      cause,
    });
  }
  return new GatewayError("UPSTREAM_ERROR", {
    message: "The service could not be reached or broke off.",
    details: { service },
    cause,
  });
}
