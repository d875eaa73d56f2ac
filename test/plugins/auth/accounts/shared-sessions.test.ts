import { afterAll, afterEach, beforeAll, describe, expect, test } from "bun:test";
import { randomUUID } from "node:crypto";
import type { StoreSettings } from "../../../../src/store/openable-store.ts";
import { type RedisServer, startRedis } from "../../../support/redis.ts";
import { waitFor } from "../../../support/wait-for.ts";
import { thrownBy } from "../../registry/thrown.ts";
import { ada, closeStores, joinSessions, newWorld } from "./session-world.ts";

let redis: RedisServer;
beforeAll(async () => {
  redis = await startRedis();
});
afterAll(() => redis.stop());
afterEach(closeStores);

const onRedis = (): Partial<StoreSettings> => ({ redisUrl: redis.url, redisPrefix: `${randomUUID()}:` });

describe("two gateways on one Redis", () => {
  test("a token of one is good at the other at once, many in turn", async () => {
    const settings = onRedis();
    const world = newWorld();
    const [one, two] = [await joinSessions(settings, world), await joinSessions(settings, world)];
    await Promise.all(
      Array.from({ length: 20 }, async () => {
        let { refreshToken } = await one.sessions.open(ada);
        for (let i = 0; i < 10; i += 1) {
          ({ refreshToken } = await (i % 2 === 0 ? two : one).sessions.refresh(refreshToken));
        }
      }),
    );
    expect(world.revoked).toEqual([]);
  });

  test("exactly one of two uses at once wins, whichever gateway they meet", async () => {
    const settings = onRedis();
    const world = newWorld();
    const [one, two] = [await joinSessions(settings, world), await joinSessions(settings, world)];
    for (let round = 0; round < 20; round += 1) {
      const { refreshToken } = await one.sessions.open(ada);
      const uses = [one.sessions.refresh(refreshToken), two.sessions.refresh(refreshToken)];
      const settled = await Promise.allSettled(uses);
      expect(settled.map(({ status }) => status).toSorted()).toEqual(["fulfilled", "rejected"]);
    }
    expect(world.revoked).toHaveLength(20);
  });

  test("a flushed Redis loses no session, since each gateway knows them", async () => {
    const { sessions, tables } = await joinSessions(onRedis());
    const { refreshToken } = await sessions.open(ada);
    await redis.command("FLUSHALL");
    await waitFor("the table to be back", async () => {
      const keys = (await redis.command("KEYS", "*sessions*")) as string[];
      return keys.length > 0 || tables.every(({ entries }) => entries.size === 0);
    });
    await sessions.refresh(refreshToken);
  });
});

test("while Redis is away nothing is decided, and afterwards the session goes on", async () => {
  const server = await startRedis();
  try {
    const { sessions, store } = await joinSessions({ redisUrl: server.url });
    const { refreshToken } = await sessions.open(ada);
    await server.kill();
    await waitFor("the store to be away", () => !store.available);
    for (const run of [
      () => sessions.open(ada),
      () => sessions.refresh(refreshToken),
      () => sessions.revoke(refreshToken),
    ]) {
      expect(await thrownBy(run)).toMatchObject({ code: "SERVICE_UNAVAILABLE", headers: { "retry-after": "1" } });
    }
    await server.restart();
    await waitFor("the store to be back", () => store.available);
    expect(await sessions.refresh(refreshToken)).toMatchObject(ada);
  } finally {
    await server.stop();
  }
}, 20_000);
