import { GatewayError } from "@isaas/gateway-sdk/errors";
import { idempotentMethods } from "@isaas/gateway-sdk/idempotent";
import type { Exchange, Handler } from "@isaas/gateway-sdk/plugin";
import type { FallbackOptions, FallbackReason } from "./route-options.ts";

export interface Fallback {
  readonly on: ReadonlySet<FallbackReason>;
  /** What the header says of who has answered: the service, or `static`. */
  readonly by: string;
  /** Undefined when it cannot answer this request. */
  readonly answer: (exchange: Exchange) => Response | Promise<Response> | undefined;
}

/** Makes a fallback of what a route says; `handlerOf` gives the way to another service, if there is one. */
export function createFallback(
  options: FallbackOptions,
  handlerOf: (service: string) => Handler | undefined,
): Fallback {
  const on = new Set(options.on);
  if ("service" in options) {
    const { service } = options;
    return { on, by: service, answer: (exchange) => handlerOf(service)?.(exchange) };
  }
  const { status, body, headers = {} } = options;
  const text = body === undefined || status === 204 || status === 304 ? null : JSON.stringify(body);
  const init = { status, headers: { ...(text === null ? {} : { "content-type": "application/json" }), ...headers } };
  return { on, by: "static", answer: () => new Response(text, init) };
}

/** Answers by the fallback when the handler cannot, else as the handler does. */
export function fallBack(next: Handler, fallback: Fallback, statuses: ReadonlySet<number>): Handler {
  return async function withFallback(exchange: Exchange): Promise<Response> {
    let response: Response;
    try {
      response = await next(exchange);
    } catch (error) {
      const answer = await tryFallback(exchange, reasonOf(error));
      if (answer === undefined) throw error;
      return answer;
    }
    return statuses.has(response.status) ? ((await tryFallback(exchange, "error")) ?? response) : response;
  };

  async function tryFallback(exchange: Exchange, reason: FallbackReason | undefined): Promise<Response | undefined> {
    if (reason === undefined || !fallback.on.has(reason)) return undefined;
    // It may have been done once already.
    const mayBeDone = reason === "error" || reason === "timeout";
    if (mayBeDone && (!idempotentMethods.has(exchange.method) || exchange.request.signal.aborted)) return undefined;
    try {
      const answer = await fallback.answer(exchange);
      if (answer !== undefined) exchange.setHeader("x-fallback", fallback.by);
      return answer;
    } catch (error) {
      // The first failure is the one to tell.
      if (error instanceof GatewayError) return undefined;
      throw error;
    }
  }
}

function reasonOf(error: unknown): FallbackReason | undefined {
  if (!(error instanceof GatewayError)) return undefined;
  switch (error.code) {
    case "CIRCUIT_OPEN":
      return "open";
    case "SERVICE_UNAVAILABLE":
      return "unavailable";
    case "UPSTREAM_ERROR":
      return "error";
    case "UPSTREAM_TIMEOUT":
      return "timeout";
    default:
      return undefined;
  }
}
