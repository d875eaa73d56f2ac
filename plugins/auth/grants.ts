import { GatewayError } from "@isaas/gateway-sdk/errors";
import type { Logins } from "./accounts/logins.ts";
import { wrongCredentials } from "./accounts/refusals.ts";
import type { SessionOwner, Sessions } from "./accounts/sessions.ts";
import { clientCredentialsOf } from "./client-credentials.ts";
import { grantScopes, parseAskedScopes } from "./granted-scopes.ts";
import { badRequest, type Parameters } from "./parameters.ts";
import { passOn, type TokenAnswer } from "./token-answer.ts";
import type { TokenIssuer, TokenRequest } from "./tokens/token-issuer.ts";

export interface GrantRequest {
  readonly parameters: Parameters;
  readonly authorization: string | null;
  /** The client's address. */
  readonly address: string;
}

export interface GrantsOptions {
  readonly logins: Logins;
  readonly sessions: Sessions;
  readonly issuer: TokenIssuer;
}

/** Gives tokens for a password, a client's secret or a refresh token. */
export class Grants {
  readonly #options: GrantsOptions;

  constructor(options: GrantsOptions) {
    this.#options = options;
  }

  /** Rejects with INVALID_REQUEST, AUTH_ERROR, RATE_LIMIT or SERVICE_UNAVAILABLE. */
  async grant(request: GrantRequest): Promise<TokenAnswer> {
    switch (request.parameters.get("grant_type") ?? "password") {
      case "password":
        return this.#byPassword(request);
      case "client_credentials":
        return this.#byClient(request);
      case "refresh_token":
        return this.#byRefreshToken(request);
      default:
        throw badRequest(
          "unsupported_grant_type",
          "grant_type",
          "wanted password, client_credentials or refresh_token",
        );
    }
  }

  async #byPassword({ parameters, authorization, address }: GrantRequest): Promise<TokenAnswer> {
    const name = wanted(parameters, "username");
    const password = wanted(parameters, "password");
    const asked = parseAskedScopes(parameters.get("scope"));
    const clientId = await this.#clientOf({ parameters, authorization, address });
    const found = await this.#options.logins.user({ name, password, address });
    if (found.kind === "tokens") return passOn(found.answer);
    const { username, scopes } = found.user;
    const granted = grantScopes(scopes, asked);
    const session = await this.#openSession({ kind: "user", subject: username, clientId, scopes: granted });
    const request = { kind: "user", subject: username, scopes: granted, family: session.family } as const;
    return this.#issue(request, session.refreshToken);
  }

  /** While sessions cannot be kept there is no refresh token, which is no reason to keep anybody out. */
  async #openSession(owner: SessionOwner): Promise<{ readonly family: string; readonly refreshToken?: string }> {
    try {
      return await this.#options.sessions.open(owner);
    } catch (error) {
      if (!(error instanceof GatewayError && error.code === "SERVICE_UNAVAILABLE")) throw error;
      return { family: crypto.randomUUID() };
    }
  }

  /** Without a refresh token: the client has its secret (RFC 6749 section 4.4.3). */
  async #byClient({ parameters, authorization, address }: GrantRequest): Promise<TokenAnswer> {
    const asked = parseAskedScopes(parameters.get("scope"));
    const credentials = clientCredentialsOf(authorization, parameters);
    if (credentials === undefined) throw wrongCredentials("invalid_client");
    const { id: name, secret: password } = credentials;
    const client = await this.#options.logins.client({ name, password, address });
    const { client_id: subject, services } = client;
    return this.#issue({ kind: "client", subject, scopes: grantScopes(client.scopes, asked), services });
  }

  async #byRefreshToken(request: GrantRequest): Promise<TokenAnswer> {
    const { parameters } = request;
    const token = wanted(parameters, "refresh_token");
    const scopes = parseAskedScopes(parameters.get("scope"));
    const clientId = await this.#clientOf(request);
    const session = await this.#options.sessions.refresh(token, { clientId, scopes });
    const { kind, subject, family } = session;
    return this.#issue({ kind, subject, scopes: session.scopes, family }, session.refreshToken);
  }

  /** A client that says who it is beside the user has to prove it; most say nothing. */
  async #clientOf({ parameters, authorization, address }: GrantRequest): Promise<string | undefined> {
    const credentials = clientCredentialsOf(authorization, parameters);
    if (credentials === undefined) return undefined;
    const { id: name, secret: password } = credentials;
    return (await this.#options.logins.client({ name, password, address })).client_id;
  }

  async #issue(request: TokenRequest, refreshToken?: string): Promise<TokenAnswer> {
    const { token, expiresInSeconds } = await this.#options.issuer.issue(request);
    return {
      access_token: token,
      token_type: "bearer",
      expires_in: expiresInSeconds,
      scope: request.scopes.join(" "),
      ...(refreshToken === undefined ? {} : { refresh_token: refreshToken }),
    };
  }
}

function wanted(parameters: Parameters, name: string): string {
  const value = parameters.get(name);
  if (value === undefined) throw badRequest("invalid_request", name, "wanted, got nothing");
  return value;
}
