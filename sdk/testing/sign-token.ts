import { createHmac, randomUUID } from "node:crypto";

export interface TokenOptions {
  /** Whose it is; default `tester`. */
  readonly subject?: string;
  /** Default: `read` and `write`. */
  readonly scopes?: readonly string[];
}

/** An access token as a gateway with this SECRET_KEY gives them, good for an hour. */
export function signToken(
  secretKey: string,
  { subject = "tester", scopes = ["read", "write"] }: TokenOptions = {},
): string {
  const now = Math.floor(Date.now() / 1000);
  const claims = { sub: subject, scope: scopes.join(" "), iat: now, exp: now + 3600, jti: randomUUID() };
  return signClaims(secretKey, claims);
}

export function signClaims(secretKey: string, claims: Readonly<Record<string, unknown>>): string {
  const text = [{ alg: "HS256", typ: "at+jwt" }, claims].map(encode).join(".");
  return `${text}.${createHmac("sha256", secretKey).update(text).digest("base64url")}`;
}

function encode(part: object): string {
  return Buffer.from(JSON.stringify(part)).toString("base64url");
}
