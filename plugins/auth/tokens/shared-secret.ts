import type { OwnKeys, SigningKey } from "./token-keys.ts";

/** HS256 with the UTF-8 bytes of a secret. It has no name, so that no name can lead to it. */
export class SharedSecret implements OwnKeys {
  readonly #current: SigningKey;

  constructor(secret: string) {
    this.#current = { alg: "HS256", kid: undefined, key: new TextEncoder().encode(secret) };
  }

  current(): SigningKey {
    return this.#current;
  }

  find(alg: string, kid: string | undefined): SigningKey["key"] | undefined {
    return alg === "HS256" && kid === undefined ? this.#current.key : undefined;
  }
}
