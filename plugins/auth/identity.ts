import type { Exchange, Principal } from "@isaas/gateway-sdk/plugin";
import { unauthorized } from "./bearer-error.ts";
import { credentialsOf } from "./credentials.ts";
import { TokenError } from "./tokens/token-error.ts";

export interface IdentitySources {
  /** Synchronous for a token that is known already. Throws, or rejects with, a TokenError. */
  readonly verifyToken: (token: string) => Principal | Promise<Principal>;
  /** Throws a TokenError for a key that does not count. */
  readonly findKey: (key: string) => Principal;
}

export type Identify = (exchange: Exchange) => Principal | undefined | Promise<Principal>;

/** Finds out who is calling: undefined without credentials. Throws, or rejects with, AUTH_ERROR for those that do not count. */
export function createIdentify({ verifyToken, findKey }: IdentitySources): Identify {
  return function identify(exchange) {
    const credentials = credentialsOf(exchange);
    switch (credentials.kind) {
      case "none":
        return undefined;
      case "malformed":
        throw unauthorized("malformed");
      case "api_key":
        return settle(findKey, credentials.key);
      case "token":
        return settle(verifyToken, credentials.token);
    }
  };
}

function settle(
  verify: (text: string) => Principal | Promise<Principal>,
  text: string,
): Principal | Promise<Principal> {
  try {
    const principal = verify(text);
    return principal instanceof Promise ? principal.catch(refuse) : principal;
  } catch (error) {
    return refuse(error);
  }
}

function refuse(error: unknown): never {
  throw error instanceof TokenError ? unauthorized(error.fault) : error;
}
