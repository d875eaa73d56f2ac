import { createHash, timingSafeEqual } from "node:crypto";
import { bearerChallenge, insufficientScope } from "@isaas/gateway-sdk/demand-scope";
import { GatewayError } from "@isaas/gateway-sdk/errors";
import type { Exchange } from "@isaas/gateway-sdk/plugin";
import type { InstanceRecord } from "./record.ts";

/** Who may do what with the registry: by the registration key, by scopes, or by the lease token of one instance. */
export class Authority {
  readonly #keyHash: string | undefined;

  constructor(registrationKey: string | undefined) {
    this.#keyHash = registrationKey === undefined ? undefined : hashToken(registrationKey);
  }

  /** Whether the caller may register anything at all; asked before its body is read. */
  mayRegister(exchange: Exchange): void {
    if (this.isOperator(exchange) || exchange.principal?.scopes.includes("service") === true) return;
    throw refusal(exchange, "service");
  }

  /** Whether it may register this service: a client only those that it lists. */
  mayRegisterAs(exchange: Exchange, service: string): void {
    if (this.isOperator(exchange)) return;
    const { scopes = [], services = [] } = exchange.principal ?? {};
    if (!scopes.includes("service") || !services.includes(service)) throw refusal(exchange, "admin");
  }

  mayRead(exchange: Exchange): void {
    if (!this.isOperator(exchange)) throw refusal(exchange, "admin");
  }

  /**
   * With its own lease token, or as an operator. Unknown instances are told to anybody with any token: a service whose
   * lease ran out must learn that it has to register again.
   */
  mayChange(exchange: Exchange, record: InstanceRecord | undefined): InstanceRecord {
    const token = bearerOf(exchange);
    if (token === undefined && exchange.principal === undefined) throw refusal(exchange, "admin");
    if (record === undefined) {
      throw new GatewayError("NOT_FOUND", { message: "There is no such instance: register again." });
    }
    if (this.isOperator(exchange)) return record;
    const hash = hashToken(token ?? "");
    // Every hash is looked at, so that the time tells nothing.
    const fits = record.token_hashes.map((known) => sameText(known, hash));
    if (!fits.includes(true)) throw refusal(exchange, "admin");
    return record;
  }

  /** With the registration key, or as an admin. */
  isOperator(exchange: Exchange): boolean {
    if (exchange.principal?.scopes.includes("admin") === true) return true;
    const token = bearerOf(exchange);
    return token !== undefined && this.#keyHash !== undefined && sameText(hashToken(token), this.#keyHash);
  }
}

/** A random token and what is kept of it. */
export function createLeaseToken(): { readonly token: string; readonly hash: string } {
  const token = Buffer.from(crypto.getRandomValues(new Uint8Array(24))).toString("base64url");
  return { token, hash: hashToken(token) };
}

function hashToken(token: string): string {
  return createHash("sha256").update(token).digest("hex");
}

/** In constant time for texts of the same length, which hashes are. */
function sameText(a: string, b: string): boolean {
  return a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b));
}

function bearerOf({ request }: Exchange): string | undefined {
  return /^Bearer +([!-~]+)$/i.exec(request.headers.get("authorization") ?? "")?.[1];
}

/** 403 for somebody who is known and may not, else 401 with the reason; the error only where credentials were sent (RFC 6750 section 3.1). */
function refusal({ principal, identityFailure, request }: Exchange, scope: string): GatewayError {
  if (principal !== undefined) return insufficientScope([scope]);
  // What is no token at all may well have been meant as a key.
  if (identityFailure !== undefined && identityFailure.details["reason"] !== "malformed") return identityFailure;
  const sent = request.headers.has("authorization");
  return new GatewayError("AUTH_ERROR", {
    message: sent ? "These credentials do not allow this." : "This needs a bearer token.",
    details: { reason: sent ? "bad_credentials" : "missing" },
    headers: { "www-authenticate": sent ? `${bearerChallenge}, error="invalid_token"` : bearerChallenge },
  });
}
