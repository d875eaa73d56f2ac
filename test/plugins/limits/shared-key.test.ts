import { expect, test } from "bun:test";
import { SharedKey } from "../../../plugins/limits/shared-key.ts";
import { redisStores } from "../../store/redis-stores.ts";
import { waitFor } from "../../support/wait-for.ts";

const stores = redisStores();

async function join() {
  const opened = stores.newStore();
  const used: string[] = [];
  const key = new SharedKey(opened.store, (bytes) => used.push(Buffer.from(bytes).toString("hex")));
  await opened.store.open();
  return { used, start: () => key.start() };
}

test("gateways that start at once end up with one key", async () => {
  const all = await Promise.all([join(), join(), join()]);
  await Promise.all(all.map(({ start }) => start()));
  await waitFor("one key", () => new Set(all.map(({ used }) => used.at(-1))).size === 1);
  expect(all[0]?.used.at(-1)).toMatch(/^[0-9a-f]{64}$/);
});

test("one that comes later has the key that is there", async () => {
  const first = await join();
  await first.start();
  const second = await join();
  await second.start();
  expect(second.used.at(-1)).toBe(first.used.at(-1));
});

test("one that starts without Redis gets the key when it comes", async () => {
  await stores.redis.kill();
  const alone = await join();
  await alone.start();
  expect(alone.used).toEqual([]);
  await stores.redis.restart();
  await waitFor("the key", () => alone.used.length > 0);
});
