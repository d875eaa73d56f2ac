import type { Host, Principal } from "@isaas/gateway-sdk/plugin";
import { Accounts } from "./accounts/accounts.ts";
import { AuthServiceClient } from "./accounts/auth-service.ts";
import { LoginThrottle } from "./accounts/login-throttle.ts";
import { Logins } from "./accounts/logins.ts";
import { Passwords } from "./accounts/passwords.ts";
import { Sessions } from "./accounts/sessions.ts";
import { createAssert } from "./assertions.ts";
import { Grants } from "./grants.ts";
import { createIdentify } from "./identity.ts";
import type { AuthOptions } from "./options.ts";
import { createStanding } from "./standing.ts";
import { RemoteKeys } from "./tokens/remote-keys.ts";
import { Revocations } from "./tokens/revocations.ts";
import { Sealer } from "./tokens/sealer.ts";
import { SharedSecret } from "./tokens/shared-secret.ts";
import { SigningKeys } from "./tokens/signing-keys.ts";
import { TokenError } from "./tokens/token-error.ts";
import { assertionLifeMs, TokenIssuer } from "./tokens/token-issuer.ts";
import { trustIssuer, trustOwn } from "./tokens/trust.ts";
import { Verifier } from "./tokens/verifier.ts";

/** Puts the parts together. */
export function furnish(host: Host, options: AuthOptions) {
  const { store, clock, log } = host;
  const secret = options.secret_key ?? createThrowAwayKey(host);
  const lifeMs = options.access_token_expire_minutes * 60_000;
  const { jwt_issuer: ownIssuer, jwt_audience: audience, token_algorithm: algorithm } = options;

  const signing = {
    table: store.table("signing-keys"),
    store,
    sealer: new Sealer(secret, "signing keys"),
    periodMs: options.key_rotation_days * 24 * 60 * 60_000,
    clock,
    log,
  };
  const assertionKeys = new SigningKeys({
    ...signing,
    purpose: "assertions",
    algorithm: "EdDSA",
    lifeMs: assertionLifeMs,
  });
  const tokenKeys =
    algorithm === "HS256" ? undefined : new SigningKeys({ ...signing, purpose: "tokens", algorithm, lifeMs });
  const accessKeys = tokenKeys ?? new SharedSecret(secret);

  const revocations = new Revocations({ table: store.table("revocations"), store, clock, log });
  const others = options.trusted_issuers.map((trusted) => {
    const { issuer, jwks_uri: jwksUri, algorithms } = trusted;
    return trustIssuer(
      trusted,
      new RemoteKeys({ issuer, jwksUri, algorithms, fetch: host.fetch, clock, log }),
      audience,
    );
  });
  const verifier = new Verifier({
    trusted: [trustOwn(accessKeys, ownIssuer, audience), ...others],
    revocations,
    clock,
  });
  const issuer = new TokenIssuer({ accessKeys, assertionKeys, issuer: ownIssuer, audience, lifeMs, clock });

  const hasOtherUsers = options.auth_service_url !== undefined;
  const accounts = new Accounts({ host, path: options.users_file, hasOtherUsers });
  accounts.onChange(() => verifier.forget());
  const standing = createStanding(accounts, { hasFile: options.users_file !== undefined, hasOtherUsers });
  const sessions = new Sessions({
    store,
    clock,
    log,
    secret,
    scopesOf: standing.scopesOf,
    onRevoked: (family) => revocations.revokeFamily(family, clock.now() + lifeMs),
  });
  const authService =
    options.auth_service_url === undefined
      ? undefined
      : new AuthServiceClient({
          url: options.auth_service_url,
          post: (url, { body, headers, signal }) => host.fetch(url, { method: "POST", body, headers, signal }),
          verify: async (token) => {
            const { principal } = await verifier.verify(token);
            if (principal.issuer === undefined) throw new TypeError("wanted a token of a trusted issuer, got our own");
          },
        });
  const logins = new Logins({
    accounts,
    passwords: new Passwords({ decoyHash: () => accounts.decoyHash, log }),
    throttle: new LoginThrottle({ store, clock, secret }),
    authService,
  });

  const verifyToken = (token: string): Principal | Promise<Principal> => {
    const verified = verifier.verify(token);
    return verified instanceof Promise ? verified.then(standing.confirm) : standing.confirm(verified);
  };
  let assertionsWanted = false;

  return {
    accounts,
    identify: createIdentify({ verifyToken, findKey: (key) => standing.ofKey(key, clock.now()) }),
    assert: createAssert(issuer, clock),
    grants: new Grants({ logins, sessions, issuer }),
    jwks: () => [...(tokenKeys?.jwks() ?? []), ...assertionKeys.jwks()],
    /** Some route sends them: the key is made ahead of the first request. */
    wantAssertions() {
      assertionsWanted = true;
    },
    async revoke(token: string): Promise<void> {
      if (await sessions.revoke(token)) return;
      try {
        const { jti, principal } = await verifier.verify(token);
        await revocations.revoke(jti, principal.expiresAtMs ?? clock.now());
      } catch (error) {
        // It does not count, which is all that was asked for. Where nobody can say so it may well count tomorrow.
        if (!(error instanceof TokenError)) throw error;
      }
    },
    async start(): Promise<void> {
      revocations.start();
      sessions.start();
      await Promise.all([tokenKeys?.start(), assertionKeys.start()]);
      if (assertionsWanted) await assertionKeys.current();
      if (tokenKeys !== undefined) await tokenKeys.current();
    },
    close(): void {
      accounts.close();
      revocations.close();
      sessions.close();
      tokenKeys?.close();
      assertionKeys.close();
    },
  };
}

function createThrowAwayKey({ log }: Host): string {
  log.warn({}, "SECRET_KEY is not set: a throw-away key signs tokens, which end with this process");
  return Buffer.from(crypto.getRandomValues(new Uint8Array(32))).toString("base64url");
}
