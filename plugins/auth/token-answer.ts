import { GatewayError } from "@isaas/gateway-sdk/errors";

/** RFC 6749 section 5.1. */
export interface TokenAnswer {
  readonly access_token: string;
  readonly token_type: "bearer";
  readonly expires_in?: number;
  readonly scope?: string;
  readonly refresh_token?: string;
}

/** What the Auth Service issued, as far as it is a token answer. Throws SERVICE_UNAVAILABLE for an answer without a token. */
export function passOn(answer: Readonly<Record<string, unknown>>): TokenAnswer {
  const { access_token, expires_in, scope, refresh_token } = answer;
  if (typeof access_token !== "string") {
    throw new GatewayError("SERVICE_UNAVAILABLE", { message: "Logging in is not possible right now." });
  }
  return {
    access_token,
    token_type: "bearer",
    ...(typeof expires_in === "number" ? { expires_in } : {}),
    ...(typeof scope === "string" ? { scope } : {}),
    ...(typeof refresh_token === "string" ? { refresh_token } : {}),
  };
}
