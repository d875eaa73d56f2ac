import { afterEach, beforeEach, expect, test } from "bun:test";
import type { Table } from "@isaas/gateway-sdk/store";
import type { Check } from "../../plugins/registry/health.ts";
import { HealthBoard } from "../../plugins/registry/health-board.ts";
import { listeningLog } from "../store/listening-log.ts";
import { newStore } from "../store/stores.ts";
import { waitFor } from "../support/wait-for.ts";

const key = "a_service/x";

let table: Table;
let isLeading: boolean;
let turns: string[];
let board: HealthBoard;

beforeEach(() => {
  table = newStore().store.table("health");
  isLeading = true;
  turns = [];
  board = new HealthBoard({
    table,
    isChecking: () => isLeading,
    thresholds: { healthy: 1, unhealthy: 1 },
    log: listeningLog(),
    onTurn: (keys) => turns.push(...keys),
  });
  board.start(true);
});
afterEach(() => board.close());

const check = (ok: boolean): Check => ({
  at: "2026-01-01T00:00:00.000Z",
  ok,
  reason: ok ? "answered 200" : "connection refused",
  took_ms: 1,
  outcome: ok ? "good" : "silent",
  address: ok ? "127.0.0.1" : undefined,
});

/** What another gateway says of the instance. */
const say = (status: string | undefined) =>
  table.put(new Map([[key, status === undefined ? undefined : JSON.stringify({ status, streak: 1, checks: [] })]]));

test("a gateway that checks does not listen to others, and believes them soon after it stopped", async () => {
  board.take(key, check(true));
  await waitFor("it to be told", () => table.entries.has(key));
  await say("failed");
  expect(board.of(key).status).toBe("healthy");
  isLeading = false;
  board.follow();
  await waitFor("the others to be believed", () => board.of(key).status === "failed", 3_000);
  expect(turns).toEqual([key, key]);
});

test("what it found alone holds until the others have told something", async () => {
  board.take(key, check(true));
  isLeading = false;
  board.follow();
  await Bun.sleep(1_500);
  expect(board.of(key).status).toBe("healthy");
});

test("what was found before another gateway took over is not told any more", async () => {
  await say("failed");
  board.take(key, check(true));
  isLeading = false;
  await Bun.sleep(300);
  expect(JSON.parse(table.entries.get(key) ?? "")).toMatchObject({ status: "failed" });
});

test("an instance of which nothing is known any more turns, and is to be proved anew", async () => {
  isLeading = false;
  await say("healthy");
  await say(undefined);
  expect(board.of(key).status).toBe("starting");
  expect(turns).toEqual([key, key]);
  await say(undefined);
  expect(turns).toEqual([key, key]);
});
