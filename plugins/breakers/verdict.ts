import { GatewayError } from "@isaas/gateway-sdk/errors";
import type { Exchange } from "@isaas/gateway-sdk/plugin";

/**
 * What a failed request says against its service; undefined when it says nothing: its caller left, the gateway itself
 * refused it, or no instance was there to ask.
 */
export function failureOf(error: unknown, { request }: Exchange): string | undefined {
  if (!(error instanceof GatewayError)) return undefined;
  if (error.code === "UPSTREAM_TIMEOUT") return "did not answer in time";
  if (error.code !== "UPSTREAM_ERROR" || request.signal.aborted) return undefined;
  return error.cause === undefined ? "sent a malformed answer" : "could not be reached or broke off";
}
