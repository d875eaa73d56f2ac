import { GatewayError } from "@isaas/gateway-sdk/errors";
import type { Exchange } from "../pipeline/exchange.ts";
import { forwardingHeaders, setForwarded } from "./forwarded.ts";
import { connectionNames, hopByHop } from "./hop-by-hop.ts";

/** How the gateway calls itself in Via (RFC 9110 section 7.6.3). */
export const via = "1.1 isaas-gateway";

/** Gateways that one request may pass. */
const mostGateways = 8;

const neverForwarded: ReadonlySet<string> = new Set([...hopByHop, "host", "expect"]);
const onlyFromTrusted: ReadonlySet<string> = new Set(forwardingHeaders);

/**
 * Makes the caller's headers into those for the service, in place: a copy would cost as much as all that is changed.
 * What the gateway itself says is set last, so that no Connection header can take it away.
 */
export function rewriteHeaders(exchange: Exchange, hasBody: boolean): Headers {
  const { headers } = exchange.request;
  const host = headers.get("host") ?? "";
  const dropped: string[] = [];
  let named = false;
  let hasAgent = false;
  let hasVia = false;
  for (const name of headers.keys()) {
    if (neverForwarded.has(name) || isSpoofable(name, exchange.peerTrusted)) dropped.push(name);
    if (name === "connection") named = true;
    else if (name === "user-agent") hasAgent = true;
    else if (name === "via") hasVia = true;
    // A body that is not forwarded must not be announced: the service would wait for it.
    else if (name === "content-length" && !hasBody) dropped.push(name);
    // Somebody else's state says nothing about a trace that starts here.
    else if (name === "tracestate" && headers.get("traceparent") !== exchange.traceparent) dropped.push(name);
  }
  if (named) dropped.push(...connectionNames(headers.get("connection") ?? ""));
  for (const name of dropped) headers.delete(name);
  // Without it, fetch would put its own name in the caller's place.
  if (!hasAgent) headers.set("user-agent", "");
  headers.set("x-request-id", exchange.requestId);
  headers.set("traceparent", exchange.traceparent);
  if (hasVia) {
    refuseCircle(headers.get("via") ?? "", exchange.route.service);
    headers.append("via", via);
  } else headers.set("via", via);
  setForwarded(headers, exchange, host);
  exchange.applyUpstreamHeaders(headers);
  return headers;
}

/** An instance may be a gateway like this one, but a request that met so many of them runs in a circle. */
function refuseCircle(passed: string, service: string): void {
  if (passed.split(via).length - 1 < mostGateways) return;
  const message = "The request runs in a circle: a service leads back here.";
  throw new GatewayError("UPSTREAM_ERROR", { message, details: { service } });
}

/**
 * Lets an instance that is dialled by its address see the name it goes by; undefined: the URL's host, as fetch writes it.
 * One that was asked before may have left its own name.
 */
export function setHost(headers: Headers, authority: string | undefined, wasSent: boolean): void {
  if (authority !== undefined) headers.set("host", authority);
  else if (wasSent) headers.delete("host");
}

/**
 * Names that only the gateway may say. Underscores are refused in any name: many servers read `X_User` as `X-User`,
 * which would bring back what was just removed.
 */
function isSpoofable(name: string, peerTrusted: boolean): boolean {
  if (name.includes("_")) return true;
  if (name.startsWith("x-")) {
    if (name.startsWith("x-authenticated-")) return true;
    if (!peerTrusted && name.startsWith("x-forwarded-")) return true;
  }
  return !peerTrusted && onlyFromTrusted.has(name);
}
