import { createRemoteJWKSet, decodeProtectedHeader, type JSONWebKeySet, type JWTPayload, jwtVerify } from "jose";

interface Reachable {
  readonly url: string;
}

const keysAt = ({ url }: Reachable): URL => new URL(`${url}/.well-known/jwks.json`);

export async function jwksOf(gateway: Reachable): Promise<JSONWebKeySet> {
  return (await (await fetch(keysAt(gateway))).json()) as JSONWebKeySet;
}

/** The names of a gateway's keys for tokens of this algorithm, in order. */
export async function kidsOf(gateway: Reachable, alg: string): Promise<string[]> {
  const { keys } = await jwksOf(gateway);
  return keys.flatMap((key) => (key.alg === alg && key.kid !== undefined ? [key.kid] : [])).toSorted();
}

export const kidOf = (token: string): string | undefined => decodeProtectedHeader(token).kid;

/** Checks a token as a third party does, who knows the gateway's URL alone. Rejects when it is not good. */
export async function verifyElsewhere(gateway: Reachable, token: string, alg: string): Promise<JWTPayload> {
  const options = { algorithms: [alg], typ: "at+jwt", requiredClaims: ["exp", "iat", "jti", "sub"] };
  return (await jwtVerify(token, createRemoteJWKSet(keysAt(gateway)), options)).payload;
}
