import { type FileOnDisk, hashCheaply, newUsersFile, sha256Of } from "../plugins/auth/accounts/users-file.ts";
import { openSharedScene, type SharedGateway, type SharedScene } from "../registry/shared-scene.ts";
import { createTokenClient, type TokenClient, type Tokens } from "./token-client.ts";

export const ada = { username: "ada-of-the-tests", password: "a password that nobody guesses" } as const;
export const billing = { id: "billing-of-the-tests", secret: "a secret of billing's own" } as const;
export const apiKey = "gwk_0123456789abcdef0123456789abcdef";

/** One of several gateways on one Redis that know the same accounts. */
export interface Gateway extends TokenClient {
  readonly shared: SharedGateway;
  /** Ada's tokens from this gateway. */
  logAdaIn(): Promise<Tokens>;
}

export interface AccountScene extends AsyncDisposable {
  readonly scene: SharedScene;
  gateway(environment?: Record<string, string>): Promise<Gateway>;
}

/** A users file with one of each kind. */
export async function newAccounts(): Promise<FileOnDisk> {
  return newUsersFile({
    users: [
      {
        username: ada.username,
        password_hash: await hashCheaply(ada.password),
        email: "ada@example.org",
        scopes: ["read", "write"],
      },
    ],
    clients: [{ client_id: billing.id, secret_hash: await hashCheaply(billing.secret), scopes: ["read"] }],
    api_keys: [{ name: "nightly", key_hash: sha256Of(apiKey), scopes: ["read"] }],
  });
}

/** Gateways on one Redis that read the same users file. `await using` ends them all. */
export async function openAccountScene(common: Record<string, string> = {}): Promise<AccountScene> {
  const users = await newAccounts();
  const scene = await openSharedScene();
  return {
    scene,
    async gateway(environment = {}) {
      const shared = await scene.gateway({ USERS_FILE: users.path, ...common, ...environment });
      const client = createTokenClient(shared.process);
      return { ...client, shared, logAdaIn: () => client.logIn(ada.username, ada.password) };
    },
    async [Symbol.asyncDispose]() {
      await scene[Symbol.asyncDispose]();
      users.remove();
    },
  };
}

/** Two gateways: the first one leads. */
export async function openAccountPair(common: Record<string, string> = {}) {
  const accounts = await openAccountScene(common);
  const first = await accounts.gateway();
  const second = await accounts.gateway();
  return { ...accounts, redis: accounts.scene.redis, first, second };
}
