import { afterAll, afterEach, beforeAll, describe, expect, test } from "bun:test";
import type { Store } from "@isaas/gateway-sdk/store";
import { createManualClock } from "../../../support/manual-clock.ts";
import { type RedisServer, startRedis } from "../../../support/redis.ts";
import { waitFor } from "../../../support/wait-for.ts";
import { newDirectory, newStore } from "../../../store/stores.ts";
import { faultOf } from "./faults.ts";
import { createOwnTokens, lifeMs, type OwnTokens, type OwnTokensOptions, periodMs } from "./own-tokens.ts";

const hourMs = 3_600_000;
const ada = { kind: "user", subject: "ada", scopes: ["read"] } as const;
const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close();
});

type Settings = Parameters<typeof newStore>[0];

async function open(settings: Settings, clock = createManualClock(), options: OwnTokensOptions = {}) {
  const { store } = newStore(settings);
  const own = createOwnTokens(store, clock, { algorithm: "ES256", ...options });
  closers.push(() => store.close(), own.close);
  await store.open();
  await own.start();
  return { own, store, clock };
}

const kidsOf = (own: OwnTokens): (string | undefined)[] => own.access.jwks().map(({ kid }) => kid);
const kidOf = (token: string): unknown =>
  (JSON.parse(Buffer.from(token.split(".", 1)[0] ?? "", "base64url").toString()) as { kid: unknown }).kid;
const issue = async (own: OwnTokens): Promise<string> => (await own.issuer.issue(ada)).token;
const recordsOf = (store: Store, purpose = "access") =>
  [...store.table("signing-keys").entries].filter(([name]) => name.startsWith(purpose));

test.each(["RS256", "ES256", "EdDSA"] as const)("%s: public halves alone are published", async (algorithm) => {
  const { own } = await open({}, createManualClock(), { algorithm });
  const [jwk, ...more] = own.access.jwks();
  expect(more).toEqual([]);
  const members = { RS256: ["e", "n"], ES256: ["crv", "x", "y"], EdDSA: ["crv", "x"] }[algorithm];
  expect(Object.keys(jwk ?? {}).sort()).toEqual(["alg", "kid", "kty", "use", ...members].sort());
  expect(jwk).toMatchObject({ alg: algorithm, use: "sig", kid: expect.stringMatching(/^[\w-]{43}$/) });
  if (algorithm === "RS256") expect(Buffer.from(jwk?.n ?? "", "base64url")).toHaveLength(256);
});

test("nothing of a private key can be read in the store", async () => {
  const { store } = await open({});
  const [[, sealed = ""] = []] = recordsOf(store);
  expect(sealed).toMatch(/^[\w-]+\.\.[\w-]+\.[\w-]+\.[\w-]+$/);
  expect(Buffer.from(sealed.split(".", 1)[0] ?? "", "base64url").toString()).toBe('{"alg":"dir","enc":"A256GCM"}');
});

describe("rotation", () => {
  test("the next key is published an hour before it signs, and the last one goes when its last token has ended", async () => {
    const { own, clock, store } = await open({});
    const first = await issue(own);
    expect(kidsOf(own)).toEqual([kidOf(first) as string]);

    clock.pass(periodMs - hourMs - 1);
    await own.access.tend();
    expect(kidsOf(own)).toHaveLength(1);
    clock.pass(1);
    await own.access.tend();
    await own.access.tend();
    expect(kidsOf(own)).toHaveLength(2);
    expect(kidOf(await issue(own))).toBe(kidOf(first));

    clock.pass(hourMs - 1);
    const last = await issue(own);
    expect(kidOf(last)).toBe(kidOf(first));
    clock.pass(1);
    const next = await issue(own);
    expect(kidOf(next)).toBe(kidsOf(own)[1]);

    clock.pass(lifeMs - 1000);
    await own.access.tend();
    own.verifier.forget();
    expect(await faultOf(() => own.verifier.verify(last))).toBe("counts");
    clock.pass(62_000);
    expect(kidsOf(own)).toEqual([kidOf(next) as string]);
    await own.access.tend();
    expect(recordsOf(store)).toHaveLength(1);
    own.verifier.forget();
    expect(await faultOf(() => own.verifier.verify(last))).toBe("bad_signature");
  });

  test("a gateway that was off for a year goes on with its old key for an hour", async () => {
    const { own, clock } = await open({});
    const first = await issue(own);
    clock.pass(365 * 86_400_000);
    await own.access.tend();
    expect(kidOf(await issue(own))).toBe(kidOf(first));
    clock.pass(hourMs);
    expect(kidOf(await issue(own))).not.toBe(kidOf(first));
  });

  test("with another algorithm the old keys verify what they signed, then go", async () => {
    const { path, remove } = newDirectory();
    closers.push(remove);
    const before = await open({ dataDir: path });
    const token = await issue(before.own);
    before.own.close();
    await before.store.close();
    const { own, clock } = await open({ dataDir: path }, createManualClock(), { algorithm: "EdDSA" });
    expect(
      own.access
        .jwks()
        .map(({ alg }) => alg)
        .sort(),
    ).toEqual(["ES256", "EdDSA"]);
    expect(await faultOf(() => own.verifier.verify(token))).toBe("counts");
    expect(kidOf(await issue(own))).not.toBe(kidOf(token));
    clock.pass(periodMs + hourMs + lifeMs + 61_000);
    expect(own.access.jwks().map(({ alg }) => alg)).not.toContain("ES256");
  });
});

describe("keys on disk", () => {
  test("verify after a restart", async () => {
    const { path, remove } = newDirectory();
    closers.push(remove);
    const before = await open({ dataDir: path });
    const token = await issue(before.own);
    before.own.close();
    await before.store.close();
    const { own } = await open({ dataDir: path });
    expect(await faultOf(() => own.verifier.verify(token))).toBe("counts");
    expect(kidsOf(own)).toHaveLength(1);
  });

  test("are of no use with another secret: warned of, replaced, and cleared away after an hour", async () => {
    const { path, remove } = newDirectory();
    closers.push(remove);
    const before = await open({ dataDir: path });
    const token = await issue(before.own);
    before.own.close();
    await before.store.close();
    const { own, store, clock } = await open({ dataDir: path }, createManualClock(), {
      secretKey: "another secret, also of 32 bytes and more",
    });
    expect(await faultOf(() => own.verifier.verify(token))).toBe("bad_signature");
    expect(await faultOf(async () => own.verifier.verify(await issue(own)))).toBe("counts");
    expect(own.log.of("warn").filter((line) => line.includes("does not open"))).toHaveLength(2);
    expect(recordsOf(store)).toHaveLength(2);
    clock.pass(hourMs + 1);
    await own.access.tend();
    expect(recordsOf(store)).toHaveLength(1);
    expect(kidsOf(own)).toHaveLength(1);
  });
});

test("what a stranger writes into the store is no key: not his own, and not one of another purpose", async () => {
  const { own, store } = await open({});
  const table = store.table("signing-keys");
  const [[, assertionKey = ""] = []] = recordsOf(store, "assertion");
  const open_ = JSON.stringify({ purpose: "access", alg: "ES256", signs_from: 0, life: 1, jwk: own.access.jwks()[0] });
  await table.put(
    new Map([
      ["access/mine", open_],
      ["access/moved", assertionKey],
      ["access/odd", "a.b.c.d.e"],
    ]),
  );
  const kids = kidsOf(own);
  await own.access.tend();
  expect(kidsOf(own)).toEqual(kids);
  expect(await faultOf(async () => own.verifier.verify(await issue(own)))).toBe("counts");
});

describe("gateways on one Redis", () => {
  let redis: RedisServer;
  beforeAll(async () => {
    redis = await startRedis();
  });
  afterAll(() => redis.stop());
  const onRedis = (): Settings => ({ redisUrl: redis.url, redisPrefix: `${crypto.randomUUID()}:` });

  test("sign with one key, and verify what the others signed", async () => {
    const settings = onRedis();
    const [a, b] = [await open(settings), await open(settings)];
    const tokens = await Promise.all([issue(a.own), issue(b.own)]);
    expect(kidOf(tokens[0])).toBe(kidOf(tokens[1]));
    for (const { own } of [a, b])
      for (const token of tokens) expect(await faultOf(() => own.verifier.verify(token))).toBe("counts");
    // Assertion keys are made in the same table at the same time.
    expect([recordsOf(a.store).length, recordsOf(a.store, "assertion").length]).toEqual([1, 1]);
  });

  test("that need the first key at the same moment make one", async () => {
    const settings = onRedis();
    const gateways = Array.from({ length: 4 }, () => {
      const { store } = newStore(settings);
      const own = createOwnTokens(store, createManualClock(), { algorithm: "EdDSA" });
      closers.push(() => store.close(), own.close);
      return { own, store };
    });
    await Promise.all(gateways.map(({ store }) => store.open()));
    const kids = await Promise.all(gateways.map(async ({ own }) => kidOf(await issue(own))));
    expect(new Set(kids).size).toBe(1);
    expect(recordsOf(gateways[0]?.store as Store)).toHaveLength(1);
  });

  test("a key that one makes is soon published by the other", async () => {
    const settings = onRedis();
    const clocks = [createManualClock(), createManualClock()] as const;
    const [a, b] = [await open(settings, clocks[0]), await open(settings, clocks[1])];
    await waitFor("one leader among two", () => a.store.members.all.length === 2 && !b.store.members.leading);
    await b.own.access.current();
    for (const clock of clocks) clock.pass(periodMs - hourMs);
    await b.own.access.tend();
    expect(kidsOf(a.own)).toHaveLength(1);
    await a.own.access.tend();
    expect(kidsOf(a.own)).toHaveLength(2);
    await waitFor("the key on the other", () => kidsOf(b.own).length === 2, 3000);
    expect(kidsOf(b.own)).toEqual(kidsOf(a.own));
  });

  test("one that cannot reach Redis signs with a key of its own, which counts everywhere once it can", async () => {
    const gone = await startRedis();
    closers.push(() => gone.stop());
    await gone.kill();
    const settings = { redisUrl: gone.url };
    const [a, b] = [await open(settings), await open(settings)];
    const token = await issue(a.own);
    expect(await faultOf(() => a.own.verifier.verify(token))).toBe("counts");
    expect(await faultOf(() => b.own.verifier.verify(token))).toBe("bad_signature");
    await gone.restart();
    await waitFor("the key on the other", async () => (await faultOf(() => b.own.verifier.verify(token))) === "counts");
  });
});
