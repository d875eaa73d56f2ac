import { expect, test } from "bun:test";
import { type Decision, SerialTable } from "../../../../plugins/auth/accounts/serial-table.ts";
import { newStore } from "../../../store/stores.ts";
import { startRedis } from "../../../support/redis.ts";
import { waitFor } from "../../../support/wait-for.ts";

type Entries = ReadonlyMap<string, string>;

const put = (key: string, text: string) => (): Decision<undefined> => ({
  changes: new Map([[key, text]]),
  result: undefined,
});
const read = (entries: Entries): Decision<Record<string, string>> => ({
  changes: new Map(),
  result: Object.fromEntries(entries),
});

test("what was refused because the store was away is taken back when it is there again", async () => {
  const redis = await startRedis();
  const { store } = newStore({ redisUrl: redis.url });
  const table = new SerialTable(store.table("t"), store);
  try {
    await store.open();
    await table.change(put("a", "before"));
    redis.pause();
    expect(table.change(put("a", "refused"))).rejects.toMatchObject({ code: "SERVICE_UNAVAILABLE" });
    expect(table.change(put("b", "refused"))).rejects.toMatchObject({ code: "SERVICE_UNAVAILABLE" });
    await waitFor("the store to be away", () => !store.available);
    await expect(table.change(put("c", "refused"))).rejects.toMatchObject({ code: "SERVICE_UNAVAILABLE" });
    redis.resume();
    await waitFor("the store to be back", () => store.available);
    expect(await table.change(read)).toEqual({ a: "before" });
    await waitFor("nothing of it to be left", () => table.entries.get("a") === "before" && table.entries.size === 1);
  } finally {
    redis.resume();
    await store.close();
    await redis.stop();
  }
}, 20_000);
