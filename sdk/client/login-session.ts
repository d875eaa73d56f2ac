import { CallFailure } from "./call-failure.ts";
import type { Credentials } from "./credentials.ts";
import type { Session } from "./session.ts";

/** Asks `POST {p}/auth/token` or `/auth/revoke`. Rejects with a CallFailure. */
export type TokenEndpoint = (
  path: "token" | "revoke",
  form: Readonly<Record<string, string>>,
  options: { readonly again: boolean },
) => Promise<unknown>;

type LoginCredentials = Extract<Credentials, { readonly password: string } | { readonly clientSecret: string }>;

interface Tokens {
  readonly access: string;
  readonly refresh: string | undefined;
  /** From then on a new one is fetched, while this one still counts. */
  readonly renewAtMs: number;
  readonly endsAtMs: number;
}

/** Refused credentials are not shown again for so long: each time counts as a failed login. */
const refusedForMs = 30_000;
const longestMarginMs = 60_000;

/** Tokens for a password or a client's secret. However many ask at once, one login or refresh is made. */
export class LoginSession implements Session {
  readonly #login: Readonly<Record<string, string>>;
  readonly #endpoint: TokenEndpoint;
  #tokens: Tokens | undefined;
  #coming: Promise<Tokens> | undefined;
  #refused: { readonly failure: CallFailure; readonly untilMs: number } | undefined;

  constructor(credentials: LoginCredentials, endpoint: TokenEndpoint) {
    this.#login =
      "password" in credentials
        ? { grant_type: "password", username: credentials.username, password: credentials.password }
        : {
            grant_type: "client_credentials",
            client_id: credentials.clientId,
            client_secret: credentials.clientSecret,
          };
    this.#endpoint = endpoint;
  }

  async present(): Promise<Readonly<Record<string, string>>> {
    const now = Date.now();
    const tokens = this.#tokens;
    if (tokens !== undefined && now < tokens.endsAtMs) {
      // Nobody waits for it, and when it fails there is time to try again.
      if (now >= tokens.renewAtMs) this.#renewed().catch(() => {});
      return toHeaders(tokens);
    }
    return toHeaders(await this.#renewed());
  }

  renew(refused: string): boolean {
    // Somebody else may have renewed it meanwhile.
    if (this.#tokens !== undefined && toHeaders(this.#tokens).authorization === refused)
      this.#tokens = { ...this.#tokens, endsAtMs: 0 };
    return true;
  }

  async close(): Promise<void> {
    const tokens = (await this.#coming?.catch(() => undefined)) ?? this.#tokens;
    this.#tokens = undefined;
    if (tokens === undefined) return;
    // With the refresh token ends all that came from the login.
    await this.#endpoint("revoke", { token: tokens.refresh ?? tokens.access }, { again: true });
  }

  #renewed(): Promise<Tokens> {
    this.#coming ??= this.#fetchTokens().finally(() => (this.#coming = undefined));
    return this.#coming;
  }

  async #fetchTokens(): Promise<Tokens> {
    const refresh = this.#tokens?.refresh;
    // Sent once, whatever comes of it: one that comes twice was stolen, and would end the session.
    if (this.#tokens !== undefined) this.#tokens = { ...this.#tokens, refresh: undefined };
    const refreshed = refresh === undefined ? undefined : await this.#refresh(refresh);
    return (this.#tokens = refreshed ?? (await this.#logIn()));
  }

  async #refresh(refresh: string): Promise<Tokens | undefined> {
    const form = { grant_type: "refresh_token", refresh_token: refresh };
    return this.#endpoint("token", form, { again: false }).then(parseTokens, () => undefined);
  }

  async #logIn(): Promise<Tokens> {
    if (this.#refused !== undefined && Date.now() < this.#refused.untilMs) throw this.#refused.failure;
    this.#refused = undefined;
    try {
      return parseTokens(await this.#endpoint("token", this.#login, { again: true }));
    } catch (failure) {
      if (failure instanceof CallFailure && failure.status >= 400 && failure.status < 500) {
        const waitMs = Number(failure.details?.["retry_after_ms"] ?? refusedForMs);
        this.#refused = { failure, untilMs: Date.now() + waitMs };
      }
      throw failure;
    }
  }
}

function toHeaders({ access }: Tokens): { readonly authorization: string } {
  return { authorization: `Bearer ${access}` };
}

function parseTokens(answer: unknown): Tokens {
  const { access_token: access, refresh_token: refresh, expires_in: seconds } = Object(answer);
  if (typeof access !== "string" || typeof seconds !== "number")
    throw new CallFailure({ code: "NO_ANSWER", status: 0, message: "the token endpoint answered without a token" });
  const lifeMs = seconds * 1000;
  const endsAtMs = Date.now() + lifeMs;
  return {
    access,
    refresh: typeof refresh === "string" ? refresh : undefined,
    renewAtMs: endsAtMs - Math.min(longestMarginMs, lifeMs / 10),
    endsAtMs,
  };
}
