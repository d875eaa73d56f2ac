import { describe, expect, test } from "bun:test";
import { waitFor } from "../support/wait-for.ts";
import { jwksOf, kidOf, kidsOf, verifyElsewhere } from "./keys-client.ts";
import { ada, openAccountPair, openAccountScene } from "./shared-accounts.ts";

describe.each(["RS256", "ES256", "EdDSA"])("tokens signed with %s", (alg) => {
  test.concurrent(
    "count at both gateways and with a third party, who finds the same keys at either",
    async () => {
      await using pair = await openAccountPair({ TOKEN_ALGORITHM: alg, JWT_ISSUER: "https://gateway.example.org" });
      const { first, second } = pair;
      const [one, two] = [first.shared.process, second.shared.process];
      for (const { logAdaIn } of [first, second]) {
        const { access_token: token } = await logAdaIn();
        for (const { me } of [first, second]) expect((await me(token)).body).toMatchObject({ username: ada.username });
        for (const process of [one, two]) {
          const claims = await verifyElsewhere(process, token, alg);
          expect(claims).toMatchObject({
            iss: "https://gateway.example.org",
            sub: ada.username,
            scope: "read write",
          });
        }
      }
      const keys = await jwksOf(one);
      expect(await jwksOf(two)).toEqual(keys);
      for (const key of keys.keys) {
        expect(key).toMatchObject({ use: "sig" });
        expect(["d", "p", "q", "dp", "dq", "qi", "k", "oth"].filter((member) => member in key)).toEqual([]);
      }
    },
    30_000,
  );
});

test.concurrent(
  "gateways that start for the first time together make one key, and it outlives them",
  async () => {
    await using accounts = await openAccountScene({ TOKEN_ALGORITHM: "ES256" });
    const all = await Promise.all(Array.from({ length: 3 }, () => accounts.gateway()));
    const tokens = await Promise.all(all.map(({ logAdaIn }) => logAdaIn()));
    const kids = new Set(tokens.map(({ access_token: token }) => kidOf(token)));
    expect(kids.size).toBe(1);
    for (const { shared } of all) expect(await kidsOf(shared.process, "ES256")).toEqual([...kids] as string[]);

    await Promise.all(all.map(({ shared }) => shared.process.stop()));
    const later = await accounts.gateway();
    expect((await later.me(tokens[0]?.access_token)).status).toBe(200);
    expect(await kidsOf(later.shared.process, "ES256")).toEqual([...kids] as string[]);
  },
  30_000,
);

test.concurrent(
  "a flushed Redis gets the key back, and no new one is made",
  async () => {
    await using pair = await openAccountPair({ TOKEN_ALGORITHM: "EdDSA" });
    const { first, second, redis } = pair;
    const { access_token: token } = await first.logAdaIn();
    await redis.command("FLUSHALL");
    await waitFor("the keys to be back", async () => {
      const keys = (await redis.command("KEYS", "*entries:signing-keys")) as string[];
      return keys.length > 0;
    });
    const third = await pair.gateway();
    for (const gateway of [first, second, third]) {
      expect((await gateway.me(token)).status).toBe(200);
      expect(kidOf((await gateway.logAdaIn()).access_token)).toBe(kidOf(token));
    }
  },
  30_000,
);

test.concurrent(
  "a gateway that starts without Redis signs at once, and all check what it signed once it is back",
  async () => {
    await using pair = await openAccountPair({ TOKEN_ALGORITHM: "ES256" });
    const { first, second, redis } = pair;
    const { access_token: old } = await first.logAdaIn();
    await second.shared.kill();
    redis.pause();
    const alone = await pair.gateway();
    const { access_token: token } = await alone.logAdaIn();
    expect(kidOf(token)).not.toBe(kidOf(old));
    expect((await alone.me(token)).status).toBe(200);
    expect((await alone.me(old)).status).toBe(401);
    redis.resume();
    await waitFor("the keys to be shared", async () => {
      const statuses = await Promise.all([first.me(token), alone.me(old), first.me(old)]);
      return statuses.every(({ status }) => status === 200);
    });
    const kids = await kidsOf(first.shared.process, "ES256");
    expect(kids).toEqual([kidOf(old), kidOf(token)].toSorted() as string[]);
    expect(await kidsOf(alone.shared.process, "ES256")).toEqual(kids);
  },
  30_000,
);

test.concurrent.each(["HS256", "ES256"])(
  "gateways with different secrets refuse each other's %s tokens, and say why",
  async (alg) => {
    await using accounts = await openAccountScene({ TOKEN_ALGORITHM: alg });
    const first = await accounts.gateway();
    const second = await accounts.gateway({ SECRET_KEY: "another secret of 32 bytes or a few more" });
    for (const [here, there] of [
      [first, second],
      [second, first],
    ] as const) {
      const { access_token: token, refresh_token: refreshToken } = await here.logAdaIn();
      expect((await here.me(token)).status).toBe(200);
      const refused = await there.me(token);
      expect([refused.status, refused.error?.details.reason]).toEqual([401, "bad_signature"]);
      expect((await there.refresh(refreshToken)).status).toBe(401);
      // It is nobody's second use.
      expect((await here.refresh(refreshToken)).status).toBe(200);
    }
    const warning = await second.shared.process.waitForLine(({ msg }) =>
      msg.includes("does not open with the secret key"),
    );
    expect(warning.level).toBe("warn");
    for (const { shared } of [first, second]) expect(shared.process.errors()).toBe("");
  },
  30_000,
);
