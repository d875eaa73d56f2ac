import { expect, test } from "bun:test";
import { join } from "node:path";
import { newDirectory } from "../store/stores.ts";
import { startGateway } from "../support/gateway.ts";
import { secretKey } from "../support/open-routes.ts";
import type { RedisServer } from "../support/redis.ts";
import { ada, apiKey, billing, newAccounts, openAccountPair } from "./shared-accounts.ts";
import { createTokenClient, type TokenClient, type Tokens } from "./token-client.ts";

/** The tokens, and what of them could be told to nobody. */
function partsOf({ access_token: access, refresh_token: token = "" }: Tokens): readonly string[] {
  const [, handle = "", secret = ""] = /^gwr_(.{32})_(.{43})$/.exec(token) ?? [];
  return [access, token, handle, secret].concat(access.split(".").slice(1));
}

/** Everything that goes through the auth plugin; all that must not be found anywhere afterwards. */
async function useEverything({ ask, refresh, revoke, logIn }: TokenClient): Promise<readonly string[]> {
  const session = await logIn(ada.username, ada.password);
  const next = (await refresh(session.refresh_token)).body;
  const ended = await logIn(ada.username, ada.password);
  await revoke(ended.access_token);
  await revoke((await logIn(ada.username, ada.password)).refresh_token);
  await ask({ username: ada.username, password: "a wrong password of ada" });
  await ask({ username: "an-unknown-person", password: "a wrong password" });
  await ask({ grant_type: "client_credentials", client_id: billing.id, client_secret: billing.secret });
  await ask({ grant_type: "client_credentials", client_id: billing.id, client_secret: "a wrong secret" });
  return [
    ...[session, next, ended].flatMap(partsOf),
    ada.username,
    ada.password,
    billing.id,
    billing.secret,
    apiKey,
    secretKey,
    "an-unknown-person",
    "a wrong",
    "127.0.0.1",
    "$argon2",
    '"d":"',
    '"kty"',
  ];
}

/** Every key with all that it holds, as text. */
async function dump({ command }: RedisServer): Promise<readonly string[]> {
  const readers: Readonly<Record<string, readonly string[]>> = {
    string: ["GET"],
    hash: ["HGETALL"],
    list: ["LRANGE", "0", "-1"],
    zset: ["ZRANGE", "0", "-1"],
  };
  const keys = (await command("KEYS", "*")) as string[];
  return Promise.all(
    keys.map(async (key) => {
      const [name = "", ...range] = readers[String(await command("TYPE", key))] ?? [];
      return `${key} ${JSON.stringify(await command(name, key, ...range))}`;
    }),
  );
}

test.concurrent(
  "Redis holds no private key, password, token, name or address in the clear, and what is counted there ends",
  async () => {
    await using pair = await openAccountPair({ TOKEN_ALGORITHM: "ES256" });
    const forbidden = (await Promise.all([pair.first, pair.second].map(useEverything))).flat();
    const entries = await dump(pair.redis);
    for (const name of ["signing-keys", "sessions-", "revocations", "attempts:logins"]) {
      expect(
        entries.some((entry) => entry.includes(name)),
        name,
      ).toBe(true);
    }
    for (const text of forbidden) {
      expect(text.length).toBeGreaterThan(4);
      expect(
        entries.filter((entry) => entry.includes(text) || entry.includes(JSON.stringify(text).slice(1, -1))),
      ).toEqual([]);
    }
    const attempts = (await pair.redis.command("KEYS", "gw:attempts:*")) as string[];
    for (const key of attempts) {
      expect(await pair.redis.command("PTTL", key)).toBeWithin(1, 4 * 3_600_000 + 15 * 60_000 + 1);
    }
  },
  30_000,
);

test.concurrent(
  "the data directory holds nothing of that in the clear either",
  async () => {
    const [users, { path: directory, remove }] = [await newAccounts(), newDirectory()];
    const gateway = await startGateway({ USERS_FILE: users.path, TOKEN_ALGORITHM: "ES256", DATA_DIR: directory });
    try {
      const forbidden = await useEverything(createTokenClient(gateway));
      await gateway.stop();
      const content = await Bun.file(join(directory, "gateway.db")).text();
      expect(content).toContain("signing-keys");
      for (const text of forbidden) expect(content.includes(text), text).toBe(false);
    } finally {
      await gateway.stop();
      remove();
      users.remove();
    }
  },
  30_000,
);
