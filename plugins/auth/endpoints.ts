import type { Host, Principal } from "@isaas/gateway-sdk/plugin";
import { type AnyElysia, Elysia } from "elysia";
import type { JWK } from "jose";
import type { Accounts } from "./accounts/accounts.ts";
import { unauthorized } from "./bearer-error.ts";
import { documentation } from "./documentation.ts";
import type { Grants } from "./grants.ts";
import { readParameters } from "./parameters.ts";

export interface EndpointsOptions {
  readonly host: Host;
  readonly grants: Grants;
  readonly accounts: Accounts;
  /** Ends whatever this is the token of. */
  readonly revoke: (token: string) => Promise<void>;
  /** Public keys of the gateway, for services and others who check what it signed. */
  readonly jwks: () => readonly JWK[];
}

/** Tokens, and who has them. */
export function createEndpoints({ host, grants, accounts, revoke, jwks }: EndpointsOptions): AnyElysia {
  return new Elysia({ name: "auth", detail: { tags: ["Authentication"] } })
    .post(
      `${host.apiPrefix}/auth/token`,
      async ({ request, set }) => {
        const { clientAddress } = host.exchangeOf(request);
        const parameters = await readParameters(request);
        const authorization = request.headers.get("authorization");
        set.headers["pragma"] = "no-cache";
        return grants.grant({ parameters, authorization, address: clientAddress });
      },
      { parse: "none", detail: documentation.token },
    )
    .post(
      `${host.apiPrefix}/auth/revoke`,
      async ({ request }) => {
        const token = (await readParameters(request)).get("token");
        if (token !== undefined) await revoke(token);
        return {};
      },
      { parse: "none", detail: documentation.revoke },
    )
    .get(`${host.apiPrefix}/users/me`, ({ request }) => describe(callerOf(request)), { detail: documentation.me })
    .get(
      "/.well-known/jwks.json",
      ({ set }) => {
        set.headers["cache-control"] = "public, max-age=300";
        return { keys: jwks() };
      },
      { detail: documentation.jwks },
    );

  function callerOf(request: Request): Principal {
    const { principal, identityFailure } = host.exchangeOf(request);
    if (identityFailure !== undefined) throw identityFailure;
    if (principal === undefined) throw unauthorized("missing");
    return principal;
  }

  /** What is known of our own users besides the name stands in the users file; of all others it is nothing. */
  function describe({ kind, subject, issuer, scopes }: Principal) {
    const user = kind === "user" && issuer === undefined ? accounts.user(subject) : undefined;
    return {
      username: subject,
      email: user?.email ?? null,
      full_name: user?.full_name ?? null,
      disabled: user?.disabled ?? false,
      scopes: [...scopes],
    };
  }
}
