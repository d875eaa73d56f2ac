import type { Exchange, Principal } from "@isaas/gateway-sdk/plugin";

/** Tells the service who is calling. What the caller itself said of that is gone by then. */
export function tellService(exchange: Exchange, principal: Principal, forwardToken: boolean): void {
  exchange.setUpstreamHeader("x-authenticated-user", toHeaderText(principal.subject));
  exchange.setUpstreamHeader("x-authenticated-scopes", principal.scopes.join(" "));
  // The same name at another issuer is somebody else.
  if (principal.issuer !== undefined)
    exchange.setUpstreamHeader("x-authenticated-issuer", toHeaderText(principal.issuer));
  hideCredentials(exchange, forwardToken);
}

/** Also where two headers came, joined by a comma, or a tab stands behind the scheme: a service may be less strict. */
const someBearer = /(?:^|,)\s*bearer\b/i;

/** A service could use them against everybody else: they stay here unless the route says so. */
export function hideCredentials(exchange: Exchange, forwardToken: boolean): void {
  const { headers } = exchange.request;
  if (headers.has("x-api-key")) exchange.setUpstreamHeader("x-api-key", undefined);
  const authorization = forwardToken ? null : headers.get("authorization");
  if (authorization !== null && someBearer.test(authorization)) exchange.setUpstreamHeader("authorization", undefined);
}

/** Header values are ASCII here: whatever else a name has is percent-encoded as UTF-8, and so is the percent sign. */
function toHeaderText(name: string): string {
  return /^[!-$&-~]*$/.test(name) ? name : encodeURIComponent(name);
}
