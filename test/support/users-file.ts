import { hashCheaply, sha256Of } from "../plugins/auth/accounts/users-file.ts";

/** What everybody in the users file of the tests logs in with. */
export const password = "correct horse battery staple";
export const clientSecret = "a-client-secret-of-the-tests";
export const apiKeys = {
  reader: "key-reader-0123456789abcdef0123456789",
  writer: "key-writer-0123456789abcdef0123456789",
  disabled: "key-disabled-0123456789abcdef01234567",
  over: "key-over-0123456789abcdef0123456789ab",
} as const;

export interface UsersContent {
  readonly users: readonly { readonly username: string }[];
  readonly clients: readonly { readonly client_id: string }[];
  readonly api_keys: readonly object[];
}

/** Ada may all, ben reads, cyd has odd scopes, dora is disabled; clients and keys of each kind. */
export async function usersContent(): Promise<UsersContent> {
  const [passwordHash, secretHash] = await Promise.all([hashCheaply(password), hashCheaply(clientSecret)]);
  const user = (username: string, scopes: readonly string[], more: object = {}) => ({
    username,
    password_hash: passwordHash,
    scopes,
    ...more,
  });
  const client = (clientId: string, scopes: readonly string[], more: object = {}) => ({
    client_id: clientId,
    secret_hash: secretHash,
    scopes,
    ...more,
  });
  const key = (name: keyof typeof apiKeys, scopes: readonly string[], more: object = {}) => ({
    name,
    key_hash: sha256Of(apiKeys[name]),
    scopes,
    ...more,
  });
  return {
    users: [
      user("ada", ["read", "write", "admin"], { email: "ada@example.org", full_name: "Ada Lovelace" }),
      user("ben", ["read"]),
      user("cyd", ["admin:*", "reader", "readwrite", "reports"]),
      user("dora", ["read"], { disabled: true }),
      user("eve 100%", ["write", "reports", "read"]),
    ],
    clients: [
      client("billing", ["service", "read"], { services: ["billing_service"] }),
      client("reporter", ["read", "reports"]),
      client("closed", ["read"], { disabled: true }),
    ],
    api_keys: [
      key("reader", ["read"]),
      key("writer", ["write"]),
      key("disabled", ["read"], { disabled: true }),
      key("over", ["read"], { expires_at: "2020-01-31T00:00:00Z" }),
    ],
  };
}
