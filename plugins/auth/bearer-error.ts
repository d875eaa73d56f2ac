import { bearerChallenge } from "@isaas/gateway-sdk/demand-scope";
import { GatewayError } from "@isaas/gateway-sdk/errors";
import type { TokenFault } from "./tokens/token-error.ts";

const messages: Readonly<Record<TokenFault, string>> = {
  missing: "This needs a bearer token or an API key.",
  malformed: "The credentials are malformed.",
  expired: "The credentials have expired.",
  not_yet_valid: "The token is not valid yet.",
  bad_signature: "The token's signature, or the API key, is not one that counts here.",
  wrong_issuer: "The token is from an issuer that does not count here.",
  wrong_audience: "The token is for another audience.",
  revoked: "The credentials have been revoked.",
};

/** 401 with the challenge of RFC 6750: the error only where credentials were sent. */
export function unauthorized(fault: TokenFault): GatewayError {
  const message = messages[fault];
  return new GatewayError("AUTH_ERROR", {
    message,
    details: { reason: fault },
    headers: {
      "www-authenticate":
        fault === "missing"
          ? bearerChallenge
          : `${bearerChallenge}, error="invalid_token", error_description="${message}"`,
    },
  });
}
