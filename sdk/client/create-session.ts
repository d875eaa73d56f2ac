import type { Credentials, TokenSource } from "./credentials.ts";
import { LoginSession, type TokenEndpoint } from "./login-session.ts";
import type { Session } from "./session.ts";

/** Says nothing of its caller. */
export const anonymous = fixed({});

export function createSession(credentials: Credentials | undefined, endpoint: TokenEndpoint): Session {
  if (credentials === undefined) return anonymous;
  if (typeof credentials === "function") return sourced(credentials);
  if ("apiKey" in credentials) return fixed({ "x-api-key": credentials.apiKey });
  if ("token" in credentials) {
    const { token } = credentials;
    return typeof token === "function" ? sourced(token) : fixed({ authorization: `Bearer ${token}` });
  }
  return new LoginSession(credentials, endpoint);
}

function fixed(headers: Readonly<Record<string, string>>): Session {
  return { present: async () => headers, renew: () => false, close: async () => {} };
}

function sourced(source: TokenSource): Session {
  let last: string | undefined;
  return {
    async present() {
      const refused = last;
      last = undefined;
      return { authorization: `Bearer ${await source(refused)}` };
    },
    renew(refused) {
      last = refused.replace(/^Bearer /, "");
      return true;
    },
    close: async () => {},
  };
}
