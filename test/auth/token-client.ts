import { type Answer, toAnswer } from "../support/registry-client.ts";

/** What the token endpoint gives. */
export interface Tokens {
  readonly access_token: string;
  readonly token_type: string;
  readonly expires_in: number;
  readonly scope: string;
  readonly refresh_token?: string;
}

export interface Me {
  readonly username: string;
  readonly email: string | null;
  readonly full_name: string | null;
  readonly scopes: readonly string[];
}

/** The auth endpoints of a gateway, over HTTP. */
export interface TokenClient {
  /** A form for the token endpoint, as it comes. */
  ask(parameters: Readonly<Record<string, string>>): Promise<Answer<Tokens>>;
  /** Rejects unless the answer is 200. */
  logIn(username: string, password: string): Promise<Tokens>;
  refresh(token: string | undefined): Promise<Answer<Tokens>>;
  revoke(token: string | undefined): Promise<Answer<unknown>>;
  me(token: string | undefined): Promise<Answer<Me>>;
}

export function createTokenClient({ url }: { readonly url: string }): TokenClient {
  const api = `${url}/api/v1`;
  const post = async <T>(path: string, parameters: Readonly<Record<string, string>>): Promise<Answer<T>> =>
    toAnswer(await fetch(api + path, { method: "POST", body: new URLSearchParams(parameters) }));
  const client: TokenClient = {
    ask: (parameters) => post("/auth/token", parameters),
    async logIn(username, password) {
      const answer = await client.ask({ username, password });
      if (answer.status !== 200) throw new Error(`not logged in: ${answer.text}`);
      return answer.body;
    },
    refresh: (token = "") => client.ask({ grant_type: "refresh_token", refresh_token: token }),
    revoke: (token = "") => post("/auth/revoke", { token }),
    me: async (token = "") =>
      toAnswer(await fetch(`${api}/users/me`, { headers: { authorization: `Bearer ${token}` } })),
  };
  return client;
}
