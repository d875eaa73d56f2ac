import { createHash, hash } from "node:crypto";
import type { Clock, Principal } from "@isaas/gateway-sdk/plugin";
import { compactVerify } from "jose";
import { type Claims, checkTimes, readClaims, skewMs } from "./claims.ts";
import { KnownTokens } from "./known-tokens.ts";
import { longestToken, type ParsedToken, parseToken } from "./parse-token.ts";
import type { Revocations } from "./revocations.ts";
import { TokenError } from "./token-error.ts";
import type { Trust } from "./trust.ts";

const mostKnown = 100_000;

/** What a token that counts says. */
export interface Verified {
  readonly principal: Principal;
  /** By which it is revoked: our tokens' `jti`; for others a digest that no other issuer's token can have. */
  readonly jti: string;
  /** The login it comes from; undefined: none, or another's token. */
  readonly family: string | undefined;
}

export interface VerifierOptions {
  /** Whose tokens count: the gateways themselves, and others. No two with one issuer. */
  readonly trusted: readonly Trust[];
  readonly revocations: Pick<Revocations, "isRevoked">;
  readonly clock: Clock;
}

/**
 * Says whether an access token counts, and for whom. What was verified once is known by the token's digest, which takes
 * a sixth of its text's memory and gives no token away.
 */
export class Verifier {
  readonly #trusted: ReadonlyMap<string | undefined, Trust>;
  readonly #revocations: VerifierOptions["revocations"];
  readonly #clock: Clock;
  readonly #known = new KnownTokens<Verified>(mostKnown);
  #flights = new Map<string, Promise<Verified>>();

  /** Throws a RangeError when two trusted issuers have one name. */
  constructor({ trusted, revocations, clock }: VerifierOptions) {
    this.#trusted = new Map(trusted.map((trust) => [trust.issuer, trust]));
    if (this.#trusted.size < trusted.length) throw new RangeError("trusted issuers: wanted each once, got one twice");
    this.#revocations = revocations;
    this.#clock = clock;
  }

  /**
   * Synchronous for a token that is known, or cannot be one. Throws or rejects with a TokenError; with
   * SERVICE_UNAVAILABLE where an issuer's keys cannot be fetched.
   */
  verify(token: string): Verified | Promise<Verified> {
    if (token.length > longestToken) throw new TokenError("malformed");
    const digest = hash("sha256", token, "base64url");
    const known = this.#known.get(digest);
    if (known !== undefined) return this.#confirm(digest, known);
    return this.#flights.get(digest) ?? this.#takeOff(digest, token);
  }

  /** Forgets all tokens: each is verified anew when it comes again. */
  forget(): void {
    this.#known.clear();
    this.#flights = new Map();
  }

  #takeOff(digest: string, token: string): Promise<Verified> {
    const parsed = parseToken(token);
    const flights = this.#flights;
    const flight = this.#verify(parsed)
      .then((verified) => {
        // Nothing comes back that was to be forgotten meanwhile.
        if (flights === this.#flights) this.#known.add(digest, verified);
        return verified;
      })
      .finally(() => flights.delete(digest));
    flights.set(digest, flight);
    return flight;
  }

  #confirm(digest: string, verified: Verified): Verified {
    const { principal, jti, family } = verified;
    if (this.#clock.now() >= (principal.expiresAtMs ?? 0) + skewMs) {
      this.#known.delete(digest);
      throw new TokenError("expired");
    }
    if (this.#revocations.isRevoked(jti, family)) {
      this.#known.delete(digest);
      throw new TokenError("revoked");
    }
    return verified;
  }

  async #verify(token: ParsedToken): Promise<Verified> {
    const { iss } = token.claims;
    if (iss !== undefined && typeof iss !== "string") throw new TokenError("malformed");
    // Without an issuer of our own, ours may say anything: the key alone tells that they are.
    const trust = this.#trusted.get(iss) ?? this.#trusted.get(undefined);
    if (trust === undefined) throw new TokenError("wrong_issuer");
    await checkSignature(token, trust);
    if (!trust.isAccessToken(token.type)) throw new TokenError("malformed");
    const claims = readClaims(token.claims, trust.own);
    checkTimes(claims, this.#clock.now());
    if (trust.audience !== undefined && !claims.audience.includes(trust.audience))
      throw new TokenError("wrong_audience");
    const verified = toVerified(token, claims, trust);
    if (this.#revocations.isRevoked(verified.jti, verified.family)) throw new TokenError("revoked");
    return verified;
  }
}

async function checkSignature({ text, alg, kid }: ParsedToken, { keys }: Trust): Promise<void> {
  const key = await keys.find(alg, kid);
  if (key === undefined) throw new TokenError("bad_signature");
  try {
    await compactVerify(text, key, { algorithms: [alg] });
  } catch {
    throw new TokenError("bad_signature");
  }
}

function toVerified(token: ParsedToken, claims: Claims, trust: Trust): Verified {
  const { subject, kind, expiresAtMs, family, services } = claims;
  const scopes = trust.limitScopes(claims.scopes);
  const jti = trust.own && claims.id !== undefined ? claims.id : digestOf(token, claims.id, trust);
  const principal = {
    kind,
    subject,
    ...(!trust.own && trust.issuer !== undefined && { issuer: trust.issuer }),
    scopes,
    expiresAtMs,
    tokenId: jti,
    ...(services !== undefined && { services }),
  };
  return { principal, jti, family };
}

/** Where there is no id, the signed part stands for it: of one token there can be several signatures. */
function digestOf({ text }: ParsedToken, id: string | undefined, { issuer }: Trust): string {
  const what = id ?? text.slice(0, text.lastIndexOf("."));
  return createHash("sha256")
    .update(JSON.stringify([issuer, what]))
    .digest("base64url");
}
