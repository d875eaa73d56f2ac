import type { Clock } from "@isaas/gateway-sdk/plugin";
import { CompactSign } from "jose";
import type { OwnKeys } from "./token-keys.ts";
import { accessTokenType } from "./trust.ts";

/** Seconds are enough for a request to arrive. */
export const assertionLifeMs = 60_000;

/** For whom a token is made. */
export interface TokenRequest {
  readonly kind: "user" | "client";
  /** The user's name or the client's id. */
  readonly subject: string;
  readonly scopes: readonly string[];
  /** The login it comes from: all its tokens can be revoked together. */
  readonly family?: string | undefined;
  /** What the client may register. */
  readonly services?: readonly string[] | undefined;
}

export interface IssuedToken {
  readonly token: string;
  readonly jti: string;
  readonly expiresInSeconds: number;
  readonly expiresAtMs: number;
}

/** What a service is told about a caller. */
export interface AssertionRequest {
  readonly subject: string;
  /** Whose word the subject is; undefined: the gateway's. */
  readonly subjectIssuer?: string | undefined;
  readonly scopes: readonly string[];
  readonly service: string;
  /** What it was made for, if it was for one request. */
  readonly requestId?: string | undefined;
}

export interface TokenIssuerOptions {
  readonly accessKeys: OwnKeys;
  /** Asymmetric: services check assertions with our public keys, and must not be able to make any. */
  readonly assertionKeys: OwnKeys;
  readonly issuer: string | undefined;
  readonly audience: string | undefined;
  /** Life of an access token, in milliseconds; cut to whole seconds, of which there is at least one. */
  readonly lifeMs: number;
  readonly clock: Clock;
}

/** Makes access tokens (RFC 9068) and assertions for services. */
export class TokenIssuer {
  readonly #options: TokenIssuerOptions;

  constructor(options: TokenIssuerOptions) {
    this.#options = options;
  }

  async issue({ kind, subject, scopes, family, services }: TokenRequest): Promise<IssuedToken> {
    const { accessKeys, issuer, audience, lifeMs } = this.#options;
    const expiresInSeconds = Math.max(1, Math.floor(lifeMs / 1000));
    const { iat, exp, jti } = this.#frame(expiresInSeconds);
    const client = kind === "client" ? { client_id: subject, services } : {};
    const own = { sub: subject, scope: scopes.join(" "), ...client, sid: family };
    const claims = { iss: issuer, aud: audience, ...own, iat, nbf: iat, exp, jti };
    const token = await sign(accessKeys, accessTokenType, claims);
    return { token, jti, expiresInSeconds, expiresAtMs: exp * 1000 };
  }

  /** For one service, and for a minute. No gateway takes it for an access token. */
  async issueAssertion(request: AssertionRequest): Promise<string> {
    const { subject, subjectIssuer, scopes, service, requestId } = request;
    const { assertionKeys, issuer = "isaas-gateway" } = this.#options;
    const { iat, exp, jti } = this.#frame(assertionLifeMs / 1000);
    // `txn` names what it was made for (RFC 8417 section 2.2).
    const caller = { sub: subject, sub_iss: subjectIssuer, scope: scopes.join(" ") };
    const claims = { iss: issuer, aud: service, ...caller, iat, exp, jti, txn: requestId };
    return sign(assertionKeys, "gateway-assertion+jwt", claims);
  }

  #frame(lifeSeconds: number) {
    const iat = Math.floor(this.#options.clock.now() / 1000);
    const jti = Buffer.from(crypto.getRandomValues(new Uint8Array(16))).toString("base64url");
    return { iat, exp: iat + lifeSeconds, jti };
  }
}

/** Not by @elysiajs/jwt: it reads the system's clock for `iat`, and puts every key into the seed of a plugin. */
async function sign(keys: OwnKeys, typ: string, claims: object): Promise<string> {
  const { alg, kid, key } = await keys.current();
  const header = { alg, typ, ...(kid !== undefined && { kid }) };
  return new CompactSign(new TextEncoder().encode(JSON.stringify(claims))).setProtectedHeader(header).sign(key);
}
