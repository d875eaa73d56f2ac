import { calculateJwkThumbprint, type CryptoKey, exportJWK, generateKeyPair, importJWK, type JWK } from "jose";
import { isAsymmetricAlgorithm, type SigningAlgorithm, toPublicJwk } from "./algorithms.ts";

/** A key pair as it is kept, sealed as a whole: a stranger with the store can neither read it nor bring one of his own. */
interface KeyRecord {
  /** What the key signs. One of another purpose never opens the same doors. */
  readonly purpose: string;
  readonly alg: SigningAlgorithm;
  /** Since when it signs, and how long what it signs may live at most, in milliseconds. */
  readonly signs_from: number;
  readonly life: number;
  readonly jwk: JWK;
}

/** A key pair of the gateway's own, ready for use. */
export interface KeyPair {
  readonly alg: string;
  /** Its RFC 7638 thumbprint. */
  readonly kid: string;
  /** Since when it signs, in milliseconds since 1970. */
  readonly signsFromMs: number;
  readonly lifeMs: number;
  readonly privateKey: CryptoKey;
  readonly publicKey: CryptoKey;
  readonly publicJwk: JWK;
}

export interface NewKey {
  readonly purpose: string;
  readonly alg: SigningAlgorithm;
  readonly signsFromMs: number;
  readonly lifeMs: number;
}

/** Makes a key pair; its record as text, not sealed yet. */
export async function makeKeyRecord({ purpose, alg, signsFromMs, lifeMs }: NewKey): Promise<string> {
  const { privateKey } = await generateKeyPair(alg, { extractable: true, modulusLength: 2048 });
  const jwk = await exportJWK(privateKey);
  return JSON.stringify({ purpose, alg, signs_from: signsFromMs, life: lifeMs, jwk } satisfies KeyRecord);
}

/** Undefined for the record of another purpose, or one that another version wrote. */
export async function readKeyRecord(text: string, purpose: string): Promise<KeyPair | undefined> {
  try {
    const { purpose: madeFor, alg, signs_from: signsFromMs, life: lifeMs, jwk } = JSON.parse(text) as KeyRecord;
    if (madeFor !== purpose || !isAsymmetricAlgorithm(alg)) return undefined;
    const kid = await calculateJwkThumbprint(jwk);
    const publicJwk = { ...toPublicJwk(jwk), kid, alg, use: "sig" };
    const [privateKey, publicKey] = await Promise.all([importJWK(jwk, alg), importJWK(publicJwk, alg)]);
    if (privateKey instanceof Uint8Array || publicKey instanceof Uint8Array) return undefined;
    return { alg, kid, signsFromMs, lifeMs, privateKey, publicKey, publicJwk };
  } catch {
    return undefined;
  }
}
