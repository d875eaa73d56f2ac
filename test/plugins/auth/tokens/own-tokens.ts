import type { Clock } from "@isaas/gateway-sdk/plugin";
import type { Store } from "@isaas/gateway-sdk/store";
import { Revocations } from "../../../../plugins/auth/tokens/revocations.ts";
import { Sealer } from "../../../../plugins/auth/tokens/sealer.ts";
import { SharedSecret } from "../../../../plugins/auth/tokens/shared-secret.ts";
import { SigningKeys } from "../../../../plugins/auth/tokens/signing-keys.ts";
import { TokenIssuer } from "../../../../plugins/auth/tokens/token-issuer.ts";
import { type Trust, trustOwn } from "../../../../plugins/auth/tokens/trust.ts";
import { Verifier } from "../../../../plugins/auth/tokens/verifier.ts";
import { type ListeningLog, listeningLog } from "../../../store/listening-log.ts";
import { secret } from "./raw-token.ts";

export const periodMs = 30 * 86_400_000;
export const lifeMs = 1_800_000;

export interface OwnTokensOptions {
  readonly algorithm?: "HS256" | "RS256" | "ES256" | "EdDSA";
  readonly secretKey?: string;
  readonly issuer?: string;
  readonly audience?: string;
  readonly others?: readonly Trust[];
}

/** The parts of one gateway that deal with tokens. */
export interface OwnTokens {
  readonly issuer: TokenIssuer;
  readonly verifier: Verifier;
  readonly revocations: Revocations;
  readonly access: SigningKeys;
  readonly assertions: SigningKeys;
  readonly log: ListeningLog;
  /** After the store is open. */
  start(): Promise<void>;
  close(): void;
}

/** Before the store is open. */
export function createOwnTokens(store: Store, clock: Clock, options: OwnTokensOptions = {}): OwnTokens {
  const { algorithm = "HS256", secretKey = secret, issuer, audience, others = [] } = options;
  const log = listeningLog();
  const revocations = new Revocations({ table: store.table("revocations"), store, clock, log });
  const shared = { table: store.table("signing-keys"), store, sealer: new Sealer(secretKey, "signing keys"), periodMs };
  const ofPurpose = (purpose: string, alg: "RS256" | "ES256" | "EdDSA", ms: number) =>
    new SigningKeys({ ...shared, purpose, algorithm: alg, lifeMs: ms, clock, log });
  const access = ofPurpose("access", algorithm === "HS256" ? "ES256" : algorithm, lifeMs);
  const assertions = ofPurpose("assertion", "EdDSA", 60_000);
  const accessKeys = algorithm === "HS256" ? new SharedSecret(secretKey) : access;
  const used = algorithm === "HS256" ? [assertions] : [access, assertions];
  return {
    issuer: new TokenIssuer({ accessKeys, assertionKeys: assertions, issuer, audience, lifeMs, clock }),
    verifier: new Verifier({ trusted: [trustOwn(accessKeys, issuer, audience), ...others], revocations, clock }),
    revocations,
    access,
    assertions,
    log,
    async start() {
      revocations.start();
      await Promise.all(used.map((keys) => keys.start()));
    },
    close() {
      revocations.close();
      for (const keys of used) keys.close();
    },
  };
}
