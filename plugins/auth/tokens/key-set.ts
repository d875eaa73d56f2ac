import { type CryptoKey, importJWK, type JWK } from "jose";
import { type AsymmetricAlgorithm, isKeyFor, toPublicJwk } from "./algorithms.ts";

const mostKeys = 100;

/** Public keys of another, as its JWKS (RFC 7517 section 5) has them. What no algorithm fits is not looked at. */
export class KeySet {
  readonly #keys: readonly JWK[];
  /** By algorithm and name; a key that cannot be imported is remembered as none. */
  readonly #imported = new Map<string, Promise<CryptoKey | undefined>>();

  private constructor(keys: readonly JWK[]) {
    this.#keys = keys;
  }

  /** Throws a SyntaxError for what is no key set, or one without keys: no issuer means that. */
  static parse(text: string): KeySet {
    const document: unknown = JSON.parse(text);
    const keys: unknown = typeof document === "object" && document !== null && "keys" in document && document.keys;
    if (!Array.isArray(keys) || keys.length === 0 || keys.length > mostKeys) throw new SyntaxError("no key set");
    return new KeySet(keys.filter((key) => typeof key === "object" && key !== null));
  }

  /** The key of this name; without a name, the only key of the algorithm. */
  find(alg: AsymmetricAlgorithm, kid: string | undefined): Promise<CryptoKey | undefined> {
    const name = JSON.stringify([alg, kid]);
    let found = this.#imported.get(name);
    if (found === undefined) {
      found = this.#import(alg, kid);
      // Names come from anybody: only those that lead somewhere are kept.
      if (this.#fitting(alg, kid).length > 0) this.#imported.set(name, found);
    }
    return found;
  }

  #fitting(alg: AsymmetricAlgorithm, kid: string | undefined): readonly JWK[] {
    return this.#keys.filter((key) => isKeyFor(alg, key) && (kid === undefined || key.kid === kid));
  }

  async #import(alg: AsymmetricAlgorithm, kid: string | undefined): Promise<CryptoKey | undefined> {
    const keys = await Promise.all(this.#fitting(alg, kid).map((jwk) => importPublicKey(jwk, alg)));
    const usable = keys.filter((key) => key !== undefined);
    return kid === undefined && usable.length > 1 ? undefined : usable[0];
  }
}

async function importPublicKey(jwk: JWK, alg: AsymmetricAlgorithm): Promise<CryptoKey | undefined> {
  try {
    // A private half that was published by mistake stays out.
    const key = await importJWK(toPublicJwk(jwk), alg);
    return key instanceof Uint8Array ? undefined : key;
  } catch {
    return undefined;
  }
}
