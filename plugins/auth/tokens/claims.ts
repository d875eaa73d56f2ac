import { parseScopes } from "./scopes.ts";
import { TokenError } from "./token-error.ts";

/** So far clocks may be apart. */
export const skewMs = 30_000;

/** The last moment that a Date can tell, in seconds since 1970. */
const latestSeconds = 8_640_000_000_000;
const longestText = 256;
// They end up in headers and logs, percent-encoded, which half a surrogate pair cannot be.
const controlCharacter = /\p{Cc}/u;

/** What a token claims, each claim of the type that it has to have. Times in milliseconds since 1970. */
export interface Claims {
  readonly subject: string;
  readonly expiresAtMs: number;
  readonly notBeforeMs: number | undefined;
  readonly issuedAtMs: number | undefined;
  readonly audience: readonly string[];
  readonly id: string | undefined;
  readonly scopes: readonly string[];
  /** Whose token it is. */
  readonly kind: "user" | "client";
  /** The login it comes from. */
  readonly family: string | undefined;
  /** What the client may register. */
  readonly services: readonly string[] | undefined;
}

/**
 * `own`: whether claims of our own making are believed, which may mean anything where others sign. Throws TokenError
 * `malformed` where a claim that matters is missing or of a wrong type.
 */
export function readClaims(claims: Readonly<Record<string, unknown>>, own: boolean): Claims {
  const subject = readText(claims["sub"]);
  const expiresAtMs = readTime(claims["exp"]);
  if (subject === undefined || subject === "" || expiresAtMs === undefined) throw new TokenError("malformed");
  return {
    subject,
    expiresAtMs,
    notBeforeMs: readTime(claims["nbf"]),
    issuedAtMs: readTime(claims["iat"]),
    audience: readTexts(claims["aud"]) ?? [],
    id: readText(claims["jti"]),
    scopes: parseScopes(claims["scope"] ?? claims["scp"]),
    // RFC 9068 section 2.2: where no user is involved, the subject is the client.
    kind: claims["client_id"] === subject ? "client" : "user",
    family: undefined,
    services: undefined,
    ...(own && readOwnClaims(claims)),
  };
}

function readOwnClaims(claims: Readonly<Record<string, unknown>>): Pick<Claims, "family" | "services"> {
  return { family: readText(claims["sid"]), services: readTexts(claims["services"]) };
}

/** Throws TokenError `expired` or `not_yet_valid`. */
export function checkTimes({ expiresAtMs, notBeforeMs = 0, issuedAtMs = 0 }: Claims, nowMs: number): void {
  if (nowMs >= expiresAtMs + skewMs) throw new TokenError("expired");
  if (Math.max(notBeforeMs, issuedAtMs) > nowMs + skewMs) throw new TokenError("not_yet_valid");
}

function readTime(value: unknown): number | undefined {
  if (value === undefined) return undefined;
  if (typeof value !== "number" || !(Math.abs(value) <= latestSeconds)) throw new TokenError("malformed");
  return value * 1000;
}

function readText(value: unknown): string | undefined {
  if (value === undefined) return undefined;
  if (typeof value !== "string" || value.length > longestText) throw new TokenError("malformed");
  if (controlCharacter.test(value) || !value.isWellFormed()) throw new TokenError("malformed");
  return value;
}

function readTexts(value: unknown): readonly string[] | undefined {
  if (value === undefined) return undefined;
  if (!Array.isArray(value)) return readTexts([value]);
  return value.map((item) => readText(item) ?? refuse());
}

function refuse(): never {
  throw new TokenError("malformed");
}
