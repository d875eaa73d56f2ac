import type { CryptoKey } from "jose";

export type Key = CryptoKey | Uint8Array;

/** What a token is signed with. */
export interface SigningKey {
  readonly alg: string;
  readonly kid: string | undefined;
  readonly key: Key;
}

/** Keys that check signatures, each of one algorithm alone. */
export interface VerifyingKeys {
  /** Undefined where no key has this algorithm and this name. */
  find(alg: string, kid: string | undefined): Key | undefined | Promise<Key | undefined>;
}

/** Keys of the gateway's own. */
export interface OwnKeys extends VerifyingKeys {
  current(): SigningKey | Promise<SigningKey>;
}
