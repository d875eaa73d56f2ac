import { GatewayError } from "./errors.ts";

/** What an exchange knows of its caller. */
interface Caller {
  readonly principal: { readonly scopes: readonly string[] } | undefined;
  readonly identityFailure: GatewayError | undefined;
}

/** A challenge has at least one parameter (RFC 6750 section 3). */
export const bearerChallenge = 'Bearer realm="gateway"';

/** 403 that names what is needed (RFC 6750 section 3.1). */
export function insufficientScope(required: readonly string[]): GatewayError {
  return new GatewayError("INSUFFICIENT_SCOPE", {
    message: "The credentials lack a scope that this needs.",
    details: { required_scopes: required },
    headers: { "www-authenticate": `${bearerChallenge}, error="insufficient_scope", scope="${required.join(" ")}"` },
  });
}

/**
 * Lets only callers with this scope go on: for the gateway's own endpoints. Throws what was wrong with their
 * credentials, AUTH_ERROR where none came, and INSUFFICIENT_SCOPE for somebody who is known and may not.
 */
export function demandScope({ principal, identityFailure }: Caller, scope: string): void {
  if (identityFailure !== undefined) throw identityFailure;
  if (principal === undefined) {
    throw new GatewayError("AUTH_ERROR", {
      message: "This needs a bearer token.",
      details: { reason: "missing" },
      headers: { "www-authenticate": bearerChallenge },
    });
  }
  if (!principal.scopes.includes(scope)) throw insufficientScope([scope]);
}
