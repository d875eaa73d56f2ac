import type { Principal } from "@isaas/gateway-sdk/plugin";
import type { Accounts } from "./accounts/accounts.ts";
import type { SessionOwner } from "./accounts/sessions.ts";
import { TokenError } from "./tokens/token-error.ts";
import type { Verified } from "./tokens/verifier.ts";

export interface StandingOptions {
  /** Whether there is a users file at all. */
  readonly hasFile: boolean;
  /** Users may be known to the Auth Service alone. */
  readonly hasOtherUsers: boolean;
}

/** How those who have tokens or keys stand now: accounts may have been disabled or removed since. */
export function createStanding(accounts: Accounts, { hasFile, hasOtherUsers }: StandingOptions) {
  const accountOf = (kind: "user" | "client", subject: string) =>
    kind === "user" ? accounts.user(subject) : accounts.client(subject);

  /** Whoever is missing in the file has left, if this gateway gave the token by it. */
  const mustBeThere = (kind: "user" | "client", family: string | undefined): boolean =>
    hasFile && (kind === "client" || (family !== undefined && !hasOtherUsers));

  return {
    /** Throws a TokenError for the token of an account that is disabled or gone. */
    confirm({ principal, family }: Verified): Principal {
      const { kind, subject, issuer } = principal;
      // The same name at another issuer is somebody else.
      if (issuer !== undefined || kind === "api_key") return principal;
      const account = accountOf(kind, subject);
      const ended = account === undefined ? mustBeThere(kind, family) : account.disabled;
      if (ended) throw new TokenError("revoked");
      return principal;
    },

    /** The scopes that the owner of a session has by now; undefined: the owner is disabled or gone. */
    scopesOf({ kind, subject, scopes }: SessionOwner): readonly string[] | undefined {
      const account = accountOf(kind, subject);
      if (account !== undefined) return account.disabled ? undefined : account.scopes;
      return kind === "user" && hasOtherUsers ? scopes : undefined;
    },

    /** Whom an API key stands for. Throws a TokenError when it does not count. */
    ofKey(key: string, nowMs: number): Principal {
      const known = accounts.apiKey(key);
      if (known === undefined) throw new TokenError("bad_signature");
      const { name, scopes, disabled, expiresAtMs } = known;
      if (disabled) throw new TokenError("revoked");
      if (expiresAtMs !== undefined && nowMs >= expiresAtMs) throw new TokenError("expired");
      return { kind: "api_key", subject: name, scopes, expiresAtMs };
    },
  };
}
