import { expect, test } from "bun:test";
import { makeKeyRecord, readKeyRecord } from "../../plugins/auth/tokens/key-record.ts";
import { Sealer } from "../../plugins/auth/tokens/sealer.ts";
import { newStore } from "../store/stores.ts";
import { secretKey } from "../support/open-routes.ts";
import { waitFor } from "../support/wait-for.ts";
import { jwksOf, kidOf, kidsOf, verifyElsewhere } from "./keys-client.ts";
import { type AccountScene, openAccountScene } from "./shared-accounts.ts";

/** The shortest that may be set, and how long the next key is published before it signs. */
const rotationDays = "0.01";
const periodMs = 864_000;
const leadMs = periodMs / 10;
const lifeMs = 30 * 60_000;

/** Puts keys into Redis that began, or will begin, to sign so many milliseconds from now: nobody has to wait a day. */
async function keepKeys({ scene }: AccountScene, fromNowMs: readonly number[]): Promise<readonly string[]> {
  const { store } = newStore({ redisUrl: scene.redis.url });
  const table = store.table("signing-keys");
  await store.open();
  const sealer = new Sealer(secretKey, "signing keys");
  const kids: string[] = [];
  for (const ms of fromNowMs) {
    const signsFromMs = Date.now() + ms;
    const text = await makeKeyRecord({ purpose: "tokens", alg: "ES256", signsFromMs, lifeMs });
    await table.put(new Map([[`tokens/${crypto.randomUUID()}`, await sealer.seal(text)]]));
    kids.push((await readKeyRecord(text, "tokens"))?.kid ?? "");
  }
  await store.close();
  return kids;
}

const settings = { TOKEN_ALGORITHM: "ES256", KEY_ROTATION_DAYS: rotationDays };

test.concurrent(
  "when a key has nearly served its time the next one is published, by one gateway, before it signs",
  async () => {
    await using accounts = await openAccountScene(settings);
    const [old = ""] = await keepKeys(accounts, [leadMs / 2 - periodMs]);
    const all = await Promise.all(Array.from({ length: 2 }, () => accounts.gateway()));
    for (const { shared, logAdaIn } of all) {
      const kids = (): Promise<string[]> => kidsOf(shared.process, "ES256");
      await waitFor("the next key", async () => (await kids()).length > 1);
      expect(await kids()).toHaveLength(2);
      expect(kidOf((await logAdaIn()).access_token)).toBe(old);
    }
    const [one, two] = all;
    expect(await jwksOf(one!.shared.process)).toEqual(await jwksOf(two!.shared.process));
  },
  30_000,
);

test.concurrent(
  "from its moment on the next key signs at all gateways, and what the old one signed goes on counting",
  async () => {
    await using accounts = await openAccountScene(settings);
    const handOverMs = 4_000;
    const [old = "", next = ""] = await keepKeys(accounts, [handOverMs - periodMs, handOverMs]);
    const all = [await accounts.gateway(), await accounts.gateway()];
    const logIn = async (): Promise<readonly string[]> =>
      Promise.all(all.map(async ({ logAdaIn }) => (await logAdaIn()).access_token));
    const before = await logIn();
    expect(before.map(kidOf)).toEqual([old, old]);
    await waitFor("the next key to sign", async () => (await logIn()).every((token) => kidOf(token) === next));
    for (const token of [...before, ...(await logIn())]) {
      for (const { me, shared } of all) {
        expect((await me(token)).status).toBe(200);
        expect(await verifyElsewhere(shared.process, token, "ES256")).toMatchObject({ scope: "read write" });
      }
    }
  },
  30_000,
);

test.concurrent(
  "a key whose last token has ended is published no more, and goes from the store",
  async () => {
    await using accounts = await openAccountScene(settings);
    const [over = "", current = ""] = await keepKeys(accounts, [-2 * periodMs - lifeMs, -lifeMs - 90_000]);
    const [first, second] = [await accounts.gateway(), await accounts.gateway()];
    for (const { shared } of [first, second]) {
      const kids = await kidsOf(shared.process, "ES256");
      expect(kids).toContain(current);
      expect(kids).not.toContain(over);
    }
    const size = async (): Promise<unknown> => accounts.scene.redis.command("HLEN", "gw:{store}:entries:signing-keys");
    // The current one, the next one, and one for assertions.
    await waitFor("the store to have what is needed", async () => (await size()) === 3);
  },
  30_000,
);
