import { GatewayError } from "@isaas/gateway-sdk/errors";
import type { Clock, Host, Log } from "@isaas/gateway-sdk/plugin";
import { type AsymmetricAlgorithm, isAsymmetricAlgorithm } from "./algorithms.ts";
import { KeySet } from "./key-set.ts";
import { readAtMost } from "@isaas/gateway-sdk/read-at-most";
import type { Key, VerifyingKeys } from "./token-keys.ts";

const freshMs = 600_000;
/** Keys that their server has not confirmed for so long are not believed any more. */
const longestStaleMs = 86_400_000;
/** How often an unknown name, or an old key set, may make us ask. */
const askAgainMs = 60_000;
/** How soon to ask again when there are no keys at all. */
const retryMs = 5000;
const timeoutMs = 3000;
const mostBytes = 256 * 1024;

export interface RemoteKeysOptions {
  readonly issuer: string;
  readonly jwksUri: string;
  /** How the issuer may sign. */
  readonly algorithms: readonly AsymmetricAlgorithm[];
  readonly fetch: Host["fetch"];
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * Another issuer's public keys: fetched when somebody needs them, once for all who wait, and believed for ten minutes;
 * then fetched anew while the old ones serve, for a day at most when their server does not answer.
 */
export class RemoteKeys implements VerifyingKeys {
  readonly #options: RemoteKeysOptions;
  #set: KeySet | undefined;
  #fetchedAtMs = -Infinity;
  #askedAtMs = -Infinity;
  #asking: Promise<void> | undefined;
  #away = false;

  constructor(options: RemoteKeysOptions) {
    this.#options = options;
  }

  /** Rejects with SERVICE_UNAVAILABLE when there are no keys because their server cannot be asked. */
  async find(alg: string, kid: string | undefined): Promise<Key | undefined> {
    if (!isAsymmetricAlgorithm(alg) || !this.#options.algorithms.includes(alg)) return undefined;
    const set = await this.#current();
    const key = await set.find(alg, kid);
    if (key !== undefined) return key;
    // A new key may have been published since.
    if (this.#asking === undefined && this.#sinceMs(this.#askedAtMs) < askAgainMs) return undefined;
    await this.#ask();
    return this.#set?.find(alg, kid);
  }

  async #current(): Promise<KeySet> {
    const ageMs = this.#sinceMs(this.#fetchedAtMs);
    if (this.#set === undefined || ageMs >= longestStaleMs) {
      this.#set = undefined;
      if (this.#asking !== undefined || this.#sinceMs(this.#askedAtMs) >= retryMs) await this.#ask();
      if (this.#set === undefined) throw unavailable();
    } else if (ageMs >= freshMs && this.#sinceMs(this.#askedAtMs) >= askAgainMs) {
      void this.#ask();
    }
    return this.#set;
  }

  #sinceMs(atMs: number): number {
    return this.#options.clock.monotonic() - atMs;
  }

  /** Never rejects. */
  #ask(): Promise<void> {
    this.#asking ??= this.#fetch().finally(() => {
      this.#asking = undefined;
    });
    return this.#asking;
  }

  async #fetch(): Promise<void> {
    const { issuer, jwksUri, fetch, clock, log } = this.#options;
    this.#askedAtMs = clock.monotonic();
    try {
      const response = await fetch(jwksUri, {
        headers: { accept: "application/jwk-set+json, application/json" },
        signal: AbortSignal.timeout(timeoutMs),
      });
      if (response.status !== 200) {
        await response.body?.cancel();
        throw new Error(`answered ${response.status}`);
      }
      this.#set = KeySet.parse(await readAtMost(response, mostBytes));
      this.#fetchedAtMs = clock.monotonic();
      if (this.#away) log.info({ issuer }, "an issuer's keys can be fetched again");
      this.#away = false;
    } catch (error) {
      if (!this.#away) log.warn({ issuer, reason: reasonOf(error) }, "an issuer's keys cannot be fetched");
      this.#away = true;
    }
  }
}

/** Errors of fetch name the URL, which may hold a secret, and a SyntaxError quotes what was read. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return "unknown";
  if (error instanceof SyntaxError) return "no key set";
  return "code" in error && typeof error.code === "string" ? error.code : error.message;
}

function unavailable(): GatewayError {
  return new GatewayError("SERVICE_UNAVAILABLE", {
    message: "The keys of the token's issuer cannot be fetched now.",
    headers: { "retry-after": String(retryMs / 1000) },
  });
}
