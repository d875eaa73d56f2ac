import { GatewayError } from "./errors.ts";
import type { Exchange } from "./plugin.ts";

/**
 * Lets only callers with this scope go on: for the gateway's own endpoints. Throws what was wrong with their
 * credentials, AUTH_ERROR where none came, and INSUFFICIENT_SCOPE for somebody who is known and may not.
 */
export function demandScope({ principal, identityFailure }: Exchange, scope: string): void {
  if (identityFailure !== undefined) throw identityFailure;
  if (principal === undefined) {
    throw new GatewayError("AUTH_ERROR", {
      message: "This needs a bearer token.",
      details: { reason: "missing" },
      headers: { "www-authenticate": "Bearer" },
    });
  }
  if (principal.scopes.includes(scope)) return;
  throw new GatewayError("INSUFFICIENT_SCOPE", {
    message: "The credentials lack a scope that this needs.",
    details: { required_scopes: [scope] },
    headers: { "www-authenticate": `Bearer error="insufficient_scope", scope="${scope}"` },
  });
}
