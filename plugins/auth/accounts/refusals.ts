import { GatewayError } from "@isaas/gateway-sdk/errors";

/** Wrong, disabled or reused: the same answer for all, so that nobody learns which (RFC 6749 section 5.2). */
export function wrongCredentials(oauthError: "invalid_grant" | "invalid_client"): GatewayError {
  return new GatewayError("AUTH_ERROR", {
    message: "These credentials are not valid.",
    details: { reason: "bad_credentials", oauth_error: oauthError },
    headers: {
      "www-authenticate":
        oauthError === "invalid_client" ? 'Basic realm="gateway", charset="UTF-8"' : 'Bearer realm="gateway"',
    },
  });
}

/** Nothing was decided: the caller may come again in a second. */
export function notNow(message: string, options: { cause?: unknown; service?: string } = {}): GatewayError {
  const { cause, service } = options;
  return new GatewayError("SERVICE_UNAVAILABLE", {
    message,
    details: service === undefined ? {} : { service },
    headers: { "retry-after": "1" },
    cause,
  });
}
