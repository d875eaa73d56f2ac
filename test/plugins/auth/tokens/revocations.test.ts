import { afterAll, afterEach, beforeAll, describe, expect, test } from "bun:test";
import { type Revoked, Revocations } from "../../../../plugins/auth/tokens/revocations.ts";
import { createManualClock } from "../../../support/manual-clock.ts";
import { type RedisServer, startRedis } from "../../../support/redis.ts";
import { waitFor } from "../../../support/wait-for.ts";
import { listeningLog } from "../../../store/listening-log.ts";
import { newDirectory, newStore } from "../../../store/stores.ts";
import { faultOf } from "./faults.ts";
import { createOwnTokens, type OwnTokens } from "./own-tokens.ts";

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close();
});

type Settings = Parameters<typeof newStore>[0];

async function open(settings: Settings = {}, clock = createManualClock()) {
  const { store } = newStore(settings);
  const own = createOwnTokens(store, clock);
  closers.push(() => store.close(), own.close);
  await store.open();
  await own.start();
  return { own, store, clock };
}

const issue = (own: OwnTokens, family?: string) =>
  own.issuer.issue({ kind: "user", subject: "ada", scopes: ["read"], family });

describe("one gateway", () => {
  test("refuses a revoked token at once, known or not", async () => {
    const { own } = await open();
    const [known, unknown, other] = await Promise.all([issue(own), issue(own), issue(own)]);
    await own.verifier.verify(known.token);
    for (const { jti, expiresAtMs } of [known, unknown]) void own.revocations.revoke(jti, expiresAtMs);
    for (const { token } of [known, unknown]) expect(await faultOf(() => own.verifier.verify(token))).toBe("revoked");
    expect(await faultOf(() => own.verifier.verify(other.token))).toBe("counts");
  });

  test("refuses a token that is revoked while it is being verified", async () => {
    const { own } = await open();
    const { token, jti, expiresAtMs } = await issue(own);
    const verified = own.verifier.verify(token);
    void own.revocations.revoke(jti, expiresAtMs);
    expect(await faultOf(() => verified)).toBe("revoked");
  });

  test("refuses all tokens of a revoked login, and no other's", async () => {
    const { own } = await open();
    const [a, b, other, none] = await Promise.all([issue(own, "f"), issue(own, "f"), issue(own, "g"), issue(own)]);
    await own.verifier.verify(a.token);
    await own.revocations.revokeFamily("f", a.expiresAtMs);
    for (const { token } of [a, b]) expect(await faultOf(() => own.verifier.verify(token))).toBe("revoked");
    for (const { token } of [other, none]) expect(await faultOf(() => own.verifier.verify(token))).toBe("counts");
  });

  test("tells of each revocation once", async () => {
    const { own } = await open();
    const heard: Revoked[] = [];
    own.revocations.onRevoked(() => {
      throw new Error("of a listener");
    });
    own.revocations.onRevoked((revoked) => heard.push(revoked));
    await own.revocations.revoke("j", 1e15);
    await own.revocations.revoke("j", 2e15);
    await own.revocations.revokeFamily("j", 1e15);
    expect(heard).toEqual([
      { kind: "token", id: "j" },
      { kind: "family", id: "j" },
    ]);
    expect(own.log.of("error")).toHaveLength(2);
  });

  test("forgets a revocation a minute after its token has ended, and keeps one that was made longer", async () => {
    const { own, store, clock } = await open();
    await own.revocations.revoke("short", clock.now() + 1000);
    await own.revocations.revokeFamily("long", clock.now() + 1000);
    await own.revocations.revokeFamily("long", clock.now() + 100_000);
    clock.pass(60_900);
    await own.revocations.tend();
    expect(own.revocations.isRevoked("short", undefined)).toBe(true);
    clock.pass(200);
    await own.revocations.tend();
    expect(own.revocations.isRevoked("short", undefined)).toBe(false);
    expect(own.revocations.isRevoked("x", "long")).toBe(true);
    expect([...store.table("revocations").entries.keys()]).toEqual(["family long"]);
  });

  test("remembers over a restart what its data directory has", async () => {
    const { path, remove } = newDirectory();
    closers.push(remove);
    const before = await open({ dataDir: path });
    const { token, jti, expiresAtMs } = await issue(before.own);
    await before.own.revocations.revoke(jti, expiresAtMs);
    before.own.close();
    await before.store.close();
    const { own } = await open({ dataDir: path });
    expect(await faultOf(() => own.verifier.verify(token))).toBe("revoked");
  });

  test("takes an entry that nobody can have written for a revocation until it is cleared away", async () => {
    const { own, store } = await open();
    await store.table("revocations").put(
      new Map([
        ["token j", "soon"],
        ["nonsense", "1"],
      ]),
    );
    expect(own.revocations.isRevoked("j", undefined)).toBe(true);
    await own.revocations.tend();
    expect(own.revocations.isRevoked("j", undefined)).toBe(false);
    expect(store.table("revocations").entries.size).toBe(0);
  });
});

test("those that were loaded before are known as well", async () => {
  const { store } = newStore();
  closers.push(() => store.close());
  await store.open();
  await store.table("revocations").put(new Map([["token j", "1e15"]]));
  const revocations = new Revocations({
    table: store.table("revocations"),
    store,
    clock: createManualClock(),
    log: listeningLog(),
  });
  expect(revocations.isRevoked("j", undefined)).toBe(true);
});

describe("gateways on one Redis", () => {
  let redis: RedisServer;
  beforeAll(async () => {
    redis = await startRedis();
  });
  afterAll(() => redis.stop());
  const onRedis = (): Settings => ({ redisUrl: redis.url, redisPrefix: `${crypto.randomUUID()}:` });
  const refuses = async (own: OwnTokens, token: string): Promise<boolean> =>
    (await faultOf(() => own.verifier.verify(token))) === "revoked";

  test("what one revokes the other refuses soon, also when it knows the token", async () => {
    const settings = onRedis();
    const [a, b] = [await open(settings), await open(settings)];
    const { token, jti, expiresAtMs } = await issue(a.own);
    await b.own.verifier.verify(token);
    const heard: Revoked[] = [];
    b.own.revocations.onRevoked((revoked) => heard.push(revoked));
    await a.own.revocations.revoke(jti, expiresAtMs);
    await waitFor("the other to refuse it", () => refuses(b.own, token), 3000);
    expect(heard).toEqual([{ kind: "token", id: jti }]);
  });

  test("a flushed Redis loses none, also for a gateway that comes later", async () => {
    const settings = onRedis();
    const a = await open(settings);
    const { token, jti, expiresAtMs } = await issue(a.own);
    await a.own.revocations.revoke(jti, expiresAtMs);
    await redis.command("FLUSHALL");
    expect(await refuses(a.own, token)).toBe(true);
    const b = await open(settings);
    await waitFor("the one that came later to refuse it", () => refuses(b.own, token));
  });

  test("what is revoked while Redis is away counts here at once, and everywhere when it is back", async () => {
    const own = await startRedis();
    closers.push(() => own.stop());
    const [a, b] = [await open({ redisUrl: own.url }), await open({ redisUrl: own.url })];
    const { token, jti, expiresAtMs } = await issue(a.own);
    await own.kill();
    await waitFor("Redis to be missed", () => !a.store.available);
    await a.own.revocations.revoke(jti, expiresAtMs);
    expect(await refuses(a.own, token)).toBe(true);
    expect(await refuses(b.own, token)).toBe(false);
    await own.restart();
    await waitFor("the other to refuse it", () => refuses(b.own, token));
  });
});
