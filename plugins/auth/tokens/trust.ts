import { cutScopes } from "./scopes.ts";
import type { VerifyingKeys } from "./token-keys.ts";

/** Somebody whose tokens count here, and how far. */
export interface Trust {
  /** `iss` of its tokens; undefined: they have none. */
  readonly issuer: string | undefined;
  /** Whether the gateways themselves are meant, whose private claims are believed. */
  readonly own: boolean;
  /** Its tokens have to be for this audience; undefined: whoever they are for. */
  readonly audience: string | undefined;
  readonly keys: VerifyingKeys;
  /** Whether a token of this `typ` is an access token. */
  isAccessToken(type: string | undefined): boolean;
  limitScopes(scopes: readonly string[]): readonly string[];
}

/** RFC 9068: what else we sign is told apart by it. */
export const accessTokenType = "at+jwt";

/** The gateways' own tokens. */
export function trustOwn(keys: VerifyingKeys, issuer: string | undefined, audience: string | undefined): Trust {
  return {
    issuer,
    own: true,
    audience,
    keys,
    isAccessToken,
    limitScopes: (scopes) => scopes,
  };
}

export interface TrustedIssuer {
  readonly issuer: string;
  /** Undefined: that of the gateway itself, if there is one. */
  readonly audience?: string | undefined;
  /** What its tokens may do here at most; also `admin` and `service` only when they are listed. */
  readonly scopes: readonly string[];
}

/** Another's tokens. */
export function trustIssuer(trusted: TrustedIssuer, keys: VerifyingKeys, audience: string | undefined): Trust {
  return {
    issuer: trusted.issuer,
    own: false,
    audience: trusted.audience ?? audience,
    keys,
    isAccessToken,
    limitScopes: (scopes) => cutScopes(scopes, trusted.scopes),
  };
}

/** Many libraries say JWT, or nothing, for an access token. What else we sign says what it is, and has keys of its own. */
function isAccessToken(type: string | undefined): boolean {
  return type === undefined || type === "jwt" || type === accessTokenType;
}
