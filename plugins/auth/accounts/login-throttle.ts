import { createHmac } from "node:crypto";
import { toAddressBlock } from "@isaas/gateway-sdk/address-block";
import { GatewayError } from "@isaas/gateway-sdk/errors";
import type { Clock } from "@isaas/gateway-sdk/plugin";
import { type AttemptPolicy, type Attempts, type Store, StoreAwayError } from "@isaas/gateway-sdk/store";
import { LocalAttempts } from "./local-attempts.ts";

const waits = { firstWaitMs: 1000, longestWaitMs: 15 * 60_000, forgetMs: 4 * 60 * 60_000 };
/** After four hours without a try all is forgotten: whoever waits for that gets no more tries than by going on. */
export const accountPolicy: AttemptPolicy = { free: 5, ...waits };
export const addressPolicy: AttemptPolicy = { free: 20, ...waits };

export interface Login {
  readonly kind: "user" | "client";
  /** Who they say they are, whether there is such an account or not. */
  readonly name: string;
  /** The client's address. */
  readonly address: string;
}

/** A try that has been counted; exactly one of these is called, or none when the credentials were wrong. */
export interface LoginAttempt {
  /** The account starts afresh, and the address gets its try back. */
  succeeded(): Promise<void>;
  /** Nobody could say whether the credentials were right: as if the try had not been. */
  undecided(): Promise<void>;
}

export interface LoginThrottleOptions {
  readonly store: Store;
  readonly clock: Clock;
  /** SECRET_KEY: names and addresses are kept only as codes made with it. */
  readonly secret: string;
}

interface Counted {
  readonly key: string;
  readonly policy: AttemptPolicy;
}

/**
 * Slows guessing down, per account and per address. Tries count before it is known how they end, so that a thousand at
 * once are no way around. They count at this gateway, and where gateways share a store also there: the local count goes
 * on while the store is away.
 */
export class LoginThrottle {
  readonly #local: LocalAttempts;
  readonly #shared: Attempts | undefined;
  readonly #key: Buffer;

  constructor({ store, clock, secret }: LoginThrottleOptions) {
    this.#local = new LocalAttempts(clock);
    this.#shared = store.kind === "embedded" ? undefined : store.attempts("logins");
    this.#key = createHmac("sha256", secret).update("isaas-gateway login throttle").digest();
  }

  /** Call it before the credentials are looked at. Rejects with RATE_LIMIT, and says how long to wait. */
  async take({ kind, name, address }: Login): Promise<LoginAttempt> {
    const ofAddress = { key: this.#code("address", toAddressBlock(address)), policy: addressPolicy };
    const ofAccount = { key: this.#code(kind, name), policy: accountPolicy };
    // The address first: whoever is stopped by it must not use up somebody's account.
    const counted = [ofAddress, ofAccount];
    this.#takeLocal(counted);
    await this.#takeShared(counted);
    return {
      succeeded: async () => {
        this.#local.forget(ofAccount.key);
        this.#local.giveBack(ofAddress.key);
        await Promise.all([
          this.#shared?.forget(ofAccount.key).catch(ignoreAway),
          this.#shared?.giveBack(ofAddress.key).catch(ignoreAway),
        ]);
      },
      undecided: async () => {
        this.#giveBack(counted);
        await this.#giveBackShared(counted);
      },
    };
  }

  #takeLocal(counted: readonly Counted[]): void {
    for (const [index, { key, policy }] of counted.entries()) {
      const waitMs = this.#local.take(key, policy);
      if (waitMs === 0) continue;
      this.#giveBack(counted.slice(0, index));
      throw tooMany(policy, waitMs);
    }
  }

  async #takeShared(counted: readonly Counted[]): Promise<void> {
    if (this.#shared === undefined) return;
    for (const [index, { key, policy }] of counted.entries()) {
      const waitMs = (await this.#shared.take(key, policy).catch(ignoreAway)) ?? 0;
      if (waitMs === 0) continue;
      this.#giveBack(counted);
      await this.#giveBackShared(counted.slice(0, index));
      throw tooMany(policy, waitMs);
    }
  }

  #giveBack(counted: readonly Counted[]): void {
    for (const { key } of counted) this.#local.giveBack(key);
  }

  async #giveBackShared(counted: readonly Counted[]): Promise<void> {
    await Promise.all(counted.map(({ key }) => this.#shared?.giveBack(key).catch(ignoreAway)));
  }

  #code(kind: string, identity: string): string {
    return createHmac("sha256", this.#key).update(`${kind} ${identity}`).digest("base64url");
  }
}

function ignoreAway(error: unknown): undefined {
  if (!(error instanceof StoreAwayError)) throw error;
}

export function tooMany({ free }: AttemptPolicy, waitMs: number): GatewayError {
  return new GatewayError("RATE_LIMIT", {
    message: "Too many failed logins: wait before the next one.",
    details: { limit: free, burst: free, retry_after_ms: waitMs },
    headers: { "retry-after": String(Math.ceil(waitMs / 1000)) },
  });
}
