import { createHash, timingSafeEqual } from "node:crypto";

/** What a refresh token says, and what is kept of it. */
export interface SessionToken {
  /**
   * The session's name, for everybody. It is a hash of what stands in the token: who can name the family in a token holds
   * one of its tokens, though maybe one that was used.
   */
  readonly family: string;
  /** SHA-256 of the secret, in hexadecimal. */
  readonly secretHash: string;
}

/** `gwr_<handle>_<secret>`: 128 random bits that stay as long as the session, 256 that change with each use. */
const shape = /^gwr_([0-9a-f]{32})_([A-Za-z0-9_-]{43})$/;

export function createHandle(): string {
  return Buffer.from(crypto.getRandomValues(new Uint8Array(16))).toString("hex");
}

/** A new token of the session with this handle. */
export function createSessionToken(handle: string): string {
  return `gwr_${handle}_${Buffer.from(crypto.getRandomValues(new Uint8Array(32))).toString("base64url")}`;
}

/** Undefined for whatever is no refresh token of ours. */
export function parseSessionToken(token: string): (SessionToken & { readonly handle: string }) | undefined {
  const [, handle, secret] = shape.exec(token) ?? [];
  if (handle === undefined || secret === undefined) return undefined;
  return { handle, family: hash(handle).slice(0, 32), secretHash: hash(secret) };
}

/** In constant time for hashes. */
export function isSameHash(a: string, b: string): boolean {
  return a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b));
}

function hash(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
