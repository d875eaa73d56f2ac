import { createHash, timingSafeEqual } from "node:crypto";
import { GatewayError } from "@isaas/gateway-sdk/errors";
import type { Exchange } from "@isaas/gateway-sdk/plugin";
import type { InstanceRecord } from "./record.ts";

/** Who may do what with the registry, by the bearer token of the request. */
export class Authority {
  readonly #keyHash: string | undefined;
  readonly #open: boolean;

  /** `open`: anybody may read. */
  constructor(registrationKey: string | undefined, open: boolean) {
    this.#keyHash = registrationKey === undefined ? undefined : hashToken(registrationKey);
    this.#open = open;
  }

  /** Throws AUTH_ERROR unless the caller may register this kind of thing at all. */
  mayRegister(exchange: Exchange): void {
    if (!this.#isOperator(exchange)) throw refusal(exchange);
  }

  mayRead(exchange: Exchange): void {
    if (!this.#open && !this.#isOperator(exchange)) throw refusal(exchange);
  }

  /**
   * With its own lease token, or as somebody who may register. Unknown instances are told to anybody with any token:
   * a service whose lease ran out must learn that it has to register again.
   */
  mayChange(exchange: Exchange, record: InstanceRecord | undefined): InstanceRecord {
    const token = bearerOf(exchange);
    if (token === undefined && exchange.principal === undefined) throw refusal(exchange);
    if (record === undefined) {
      throw new GatewayError("NOT_FOUND", { message: "There is no such instance: register again." });
    }
    if (this.#isOperator(exchange)) return record;
    const hash = hashToken(token ?? "");
    // Every hash is looked at, so that the time tells nothing.
    const fits = record.token_hashes.map((known) => sameText(known, hash));
    if (!fits.includes(true)) throw refusal(exchange);
    return record;
  }

  #isOperator(exchange: Exchange): boolean {
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

/** RFC 6750 section 3.1: the error only where credentials were sent. */
function refusal(exchange: Exchange): GatewayError {
  const sent = exchange.request.headers.has("authorization");
  return new GatewayError("AUTH_ERROR", {
    message: sent ? "These credentials do not allow this." : "This needs a bearer token.",
    details: { reason: sent ? "bad_credentials" : "missing" },
    headers: { "www-authenticate": sent ? 'Bearer error="invalid_token"' : "Bearer" },
  });
}
