import type { AuthReason } from "@isaas/gateway-sdk/errors";

/** Why a token does not count (`details.reason` of AUTH_ERROR). */
export type TokenFault = Exclude<AuthReason, "bad_credentials">;

/** A token does not count. The message never holds any of its text. */
export class TokenError extends Error {
  readonly fault: TokenFault;

  constructor(fault: TokenFault) {
    super(`token refused: ${fault}`);
    this.name = "TokenError";
    this.fault = fault;
  }
}
