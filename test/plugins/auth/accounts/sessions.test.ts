import { afterAll, afterEach, beforeAll, describe, expect, test } from "bun:test";
import { randomUUID } from "node:crypto";
import { SerialTable } from "../../../../plugins/auth/accounts/serial-table.ts";
import { mostOfOneOwner, SessionCleaner } from "../../../../plugins/auth/accounts/session-cleaner.ts";
import { sessionLifeMs } from "../../../../plugins/auth/accounts/sessions.ts";
import { systemClock } from "../../../../src/clock.ts";
import type { StoreSettings } from "../../../../src/store/openable-store.ts";
import { newDirectory } from "../../../store/stores.ts";
import { type RedisServer, startRedis } from "../../../support/redis.ts";
import { waitFor } from "../../../support/wait-for.ts";
import { ada, closeStores, expectRefused, joinSessions } from "./session-world.ts";

let redis: RedisServer;
beforeAll(async () => {
  redis = await startRedis();
});
afterAll(() => redis.stop());
afterEach(closeStores);

const onRedis = (): Partial<StoreSettings> => ({ redisUrl: redis.url, redisPrefix: `${randomUUID()}:` });

describe.each([
  ["the embedded store in memory", () => ({ settings: {}, remove: () => {} })],
  [
    "the embedded store on disk",
    () => {
      const { path, remove } = newDirectory();
      return { settings: { dataDir: path }, remove };
    },
  ],
  ["a store on Redis", () => ({ settings: onRedis(), remove: () => {} })],
])("with %s", (_, place) => {
  const removals: (() => void)[] = [];
  const start = () => {
    const { settings, remove } = place();
    removals.push(remove);
    return joinSessions(settings);
  };
  afterEach(() => {
    for (const remove of removals.splice(0)) remove();
  });

  test("a token gives the next one, with the same family, owner and end", async () => {
    const { sessions, world } = await start();
    const opened = await sessions.open({ ...ada, clientId: "spa" });
    expect(opened.refreshToken).toMatch(/^gwr_[0-9a-f]{32}_[A-Za-z0-9_-]{43}$/);
    expect(opened.expiresAtMs - Date.now()).toBeWithin(sessionLifeMs - 60_000, sessionLifeMs + 1);
    let { refreshToken } = opened;
    for (let round = 0; round < 3; round += 1) {
      const next = await sessions.refresh(refreshToken, { clientId: "spa" });
      expect(next).toEqual({ ...opened, ...ada, clientId: "spa", refreshToken: expect.any(String) });
      expect(next.refreshToken).not.toBe(refreshToken);
      ({ refreshToken } = next);
    }
    expect(world.revoked).toEqual([]);
  });

  test("using a token twice ends its whole family", async () => {
    const { sessions, world, size, log } = await start();
    const other = await sessions.open(ada);
    const first = await sessions.open(ada);
    const second = await sessions.refresh(first.refreshToken);
    const third = await sessions.refresh(second.refreshToken);
    await expectRefused(() => sessions.refresh(first.refreshToken));
    expect(world.revoked).toEqual([first.family]);
    await expectRefused(() => sessions.refresh(third.refreshToken));
    await sessions.refresh(other.refreshToken);
    expect([world.revoked.length, size()]).toEqual([1, 1]);
    expect(log.lines.map(({ fields }) => fields["reason"])).toContain("a refresh token was used twice");
  });

  test("one of many uses at once wins, and then the family is over", async () => {
    const { sessions, world } = await start();
    const { refreshToken, family } = await sessions.open(ada);
    const uses = await Promise.allSettled(Array.from({ length: 10 }, () => sessions.refresh(refreshToken)));
    const [won, ...more] = uses.filter((use) => use.status === "fulfilled");
    expect(more).toEqual([]);
    expect(world.revoked).toEqual([family]);
    await expectRefused(() => sessions.refresh(won?.value.refreshToken ?? ""));
  });

  test("scopes are narrowed for once, and never widened", async () => {
    const { sessions, world } = await start();
    const first = await sessions.open(ada);
    const narrow = await sessions.refresh(first.refreshToken, { scopes: ["read", "admin"] });
    expect(narrow.scopes).toEqual(["read"]);
    world.scopes.set("ada", ["write", "admin"]);
    const whole = await sessions.refresh(narrow.refreshToken);
    expect(whole.scopes).toEqual(["write"]);
    expect((await sessions.refresh(whole.refreshToken, { scopes: ["admin"] })).scopes).toEqual([]);
  });

  test("a token serves the client that it was given to, and no other", async () => {
    const { sessions, world } = await start();
    const { refreshToken } = await sessions.open({ ...ada, clientId: "spa" });
    for (const clientId of ["other", undefined, ""]) {
      await expectRefused(() => sessions.refresh(refreshToken, { clientId }));
    }
    const free = await sessions.open(ada);
    await expectRefused(() => sessions.refresh(free.refreshToken, { clientId: "spa" }));
    await sessions.refresh(refreshToken, { clientId: "spa" });
    expect(world.revoked).toEqual([]);
  });

  test("a disabled owner's token is refused, and the family is over for good", async () => {
    const { sessions, world } = await start();
    const { refreshToken, family } = await sessions.open(ada);
    world.scopes.set("ada", undefined);
    await expectRefused(() => sessions.refresh(refreshToken));
    expect(world.revoked).toEqual([family]);
    world.scopes.delete("ada");
    await expectRefused(() => sessions.refresh(refreshToken));
  });

  test("14 days after the login it is over, however often it was refreshed", async () => {
    const { sessions, world } = await start();
    const { refreshToken } = await sessions.open(ada);
    const now = Date.now();
    world.clock = { ...systemClock, now: () => now + sessionLifeMs - 60_000 };
    const next = await sessions.refresh(refreshToken);
    world.clock = { ...systemClock, now: () => now + sessionLifeMs + 60_000 };
    await expectRefused(() => sessions.refresh(next.refreshToken));
    expect(world.revoked).toEqual([]);
  });

  test("revoking any token of a family ends it", async () => {
    const { sessions, world } = await start();
    const first = await sessions.open(ada);
    const second = await sessions.refresh(first.refreshToken);
    expect(await sessions.revoke(first.refreshToken)).toBe(true);
    expect(await sessions.revoke(first.refreshToken)).toBe(false);
    await expectRefused(() => sessions.refresh(second.refreshToken));
    expect(world.revoked).toEqual([first.family]);
  });

  test("what is no token of ours is refused, and ends nobody's session", async () => {
    const { sessions, world } = await start();
    const { refreshToken, family } = await sessions.open(ada);
    const [handle, secret] = [refreshToken.slice(4, 36), refreshToken.slice(37)];
    const strange = [
      "",
      "gwr",
      `gwr_${family}_${secret}`,
      `gwr_${handle}_`,
      `gwr_${handle}`,
      `gwr_${handle.toUpperCase()}X_${secret}`,
      `${refreshToken}\n`,
      ` ${refreshToken}`,
      `gwr_${"0".repeat(32)}_${"A".repeat(43)}`,
      "gwr___proto__",
      "x".repeat(100_000),
    ];
    for (const token of strange) {
      await expectRefused(() => sessions.refresh(token));
      expect(await sessions.revoke(token)).toBe(false);
    }
    expect(world.revoked).toEqual([]);
    await sessions.refresh(refreshToken);
  });

  test("the store has hashes alone", async () => {
    const { sessions, texts } = await start();
    const first = await sessions.open(ada);
    const second = await sessions.refresh(first.refreshToken);
    for (const { refreshToken } of [first, second]) {
      const [, handle = "", secret = ""] = /^gwr_(.{32})_(.{43})$/.exec(refreshToken) ?? [];
      expect(secret).not.toBe("");
      expect(texts()).not.toContain(handle);
      expect(texts()).not.toContain(secret);
    }
    expect(texts()).toContain(first.family);
  });

  test("the store has no names, and who writes there can make no session out of another", async () => {
    const { sessions, tables, texts } = await start();
    // With a dot, which no code has: three letters alone may stand in one by chance.
    const mine = await sessions.open({ ...ada, subject: "mallory.m" });
    const hers = await sessions.open({ ...ada, subject: "ada.l", clientId: "single.page" });
    for (const name of ["ada.l", "mallory.m", "single.page"]) expect(texts()).not.toContain(name);
    const tableOf = (family: string) => tables[Number.parseInt(family.slice(0, 1), 16)];
    const text = tableOf(hers.family)?.entries.get(hers.family) ?? "";
    expect(text).not.toBe("");
    await tableOf(mine.family)?.put(new Map([[mine.family, text]]));
    await expectRefused(() => sessions.refresh(mine.refreshToken, { clientId: "single.page" }));
    await sessions.refresh(hers.refreshToken, { clientId: "single.page" });
  });

  test("sessions that are over or nobody can read are cleared away, and the oldest of too many", async () => {
    const { sessions, store, world, tables, size } = await start();
    const serial = tables.map((table) => new SerialTable(table, store));
    const cleaner = new SessionCleaner({ tables: serial, members: store.members, clock: systemClock });
    const clean = () => Promise.all(serial.map((table) => cleaner.clean(table)));
    const kept = await sessions.open(ada);
    await tables[0]?.put(new Map([["junk", "{"]]));
    world.clock = { ...systemClock, now: () => Date.now() - sessionLifeMs - 1000 };
    await sessions.open(ada);
    expect(size()).toBe(3);
    await clean();
    expect(size()).toBe(1);

    world.clock = { ...systemClock, now: () => Date.now() - 60_000 };
    await Promise.all(Array.from({ length: 600 }, () => sessions.open(ada)));
    await Promise.all(Array.from({ length: 5 }, (_, i) => sessions.open({ ...ada, subject: `user ${i}` })));
    await clean();
    expect(size()).toBeWithin(200, 16 * mostOfOneOwner + 6);
    // It is the newest.
    await sessions.refresh(kept.refreshToken);
  });
});

test("sessions survive a restart of a gateway with a data directory", async () => {
  const { path, remove } = newDirectory();
  try {
    const before = await joinSessions({ dataDir: path });
    const { refreshToken } = await before.sessions.open(ada);
    const next = await before.sessions.refresh(refreshToken);
    await before.store.close();
    const after = await joinSessions({ dataDir: path });
    const last = await after.sessions.refresh(next.refreshToken);
    expect(last).toMatchObject(ada);
    await expectRefused(() => after.sessions.refresh(refreshToken));
    expect(after.world.revoked).toEqual([last.family]);
    await after.store.close();
  } finally {
    remove();
  }
});

test("the leading gateway clears away by itself, until it is closed", async () => {
  const { sessions, tables, world } = await joinSessions({});
  world.clock = { ...systemClock, now: () => Date.now() - sessionLifeMs - 1000 };
  // Sixteen tables take their turns, so it is the first one that is looked at.
  while (tables[0]?.entries.size === 0) await sessions.open(ada);
  world.clock = systemClock;
  sessions.start();
  await waitFor("the table to be empty", () => tables[0]?.entries.size === 0, 15_000);
  sessions.close();
}, 20_000);
