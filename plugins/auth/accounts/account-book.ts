import { createHash } from "node:crypto";
import type { Principal } from "@isaas/gateway-sdk/plugin";
import { createDecoyHash } from "./decoy-hash.ts";
import type { Client, User, UsersFile } from "./users-file.ts";

/** A key for a machine. One that is disabled or over is there too, so that its owner can be told why it fails. */
export interface ApiKey {
  readonly name: string;
  readonly scopes: readonly string[];
  readonly disabled: boolean;
  /** Milliseconds since 1970; undefined: never. */
  readonly expiresAtMs: number | undefined;
  readonly prefix: string | undefined;
}

/** One version of the users file, ready to be looked up. */
export class AccountBook {
  readonly users: ReadonlyMap<string, User>;
  readonly clients: ReadonlyMap<string, Client>;
  readonly apiKeys: ReadonlyMap<string, ApiKey>;
  /** Verified in place of the hash of somebody unknown. */
  readonly decoyHash: string;
  readonly #apiKeysByHash: ReadonlyMap<string, ApiKey>;

  constructor({ users, clients, api_keys: keys }: UsersFile) {
    this.users = new Map(users.map((user) => [user.username, user]));
    this.clients = new Map(clients.map((client) => [client.client_id, client]));
    const byHash = keys.map((key) => [key.key_hash.toLowerCase(), toApiKey(key)] as const);
    this.#apiKeysByHash = new Map(byHash);
    this.apiKeys = new Map(byHash.map(([, key]) => [key.name, key]));
    const hashes = users.map(({ password_hash: hash }) => hash);
    this.decoyHash = createDecoyHash(hashes.length > 0 ? hashes : clients.map(({ secret_hash: hash }) => hash));
  }

  /** By its hash: how long that takes tells about the hash alone, which nobody can steer towards one of ours. */
  apiKey(key: string): ApiKey | undefined {
    return this.#apiKeysByHash.get(`sha256:${createHash("sha256").update(key).digest("hex")}`);
  }

  find(kind: Principal["kind"], subject: string): { readonly disabled: boolean } | undefined {
    return { user: this.users, client: this.clients, api_key: this.apiKeys }[kind].get(subject);
  }
}

function toApiKey({ name, scopes, disabled, expires_at: expiresAt, prefix }: UsersFile["api_keys"][number]): ApiKey {
  return { name, scopes, disabled, expiresAtMs: expiresAt === undefined ? undefined : Date.parse(expiresAt), prefix };
}
