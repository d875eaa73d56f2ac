import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import type { Check, CheckOutcome } from "../../../plugins/registry/health.ts";
import { HealthBoard } from "../../../plugins/registry/health-board.ts";
import { waitFor } from "../../support/wait-for.ts";
import { changes, newStore } from "../../store/stores.ts";

const key = "billing_service/one";
let { store, log } = newStore();
let boards: HealthBoard[];
let turns: string[][];

beforeEach(() => {
  ({ store, log } = newStore());
  [boards, turns] = [[], []];
});
afterEach(() => {
  for (const board of boards) board.close();
});

const table = () => store.table("health");

function createBoard(isChecking: () => boolean = () => true): HealthBoard {
  const thresholds = { healthy: 1, unhealthy: 3 };
  const board = new HealthBoard({
    table: table(),
    isChecking,
    thresholds,
    log,
    onTurn: (keys) => turns.push([...keys]),
  });
  boards.push(board);
  return board;
}

function toCheck(outcome: CheckOutcome = "good", address = "10.0.0.1"): Check {
  return { outcome, ok: outcome === "good", address, at: "2026-01-01T00:00:00.000Z", reason: outcome, took_ms: 1 };
}

const told = () => JSON.parse(table().entries.get(key) ?? "null") as { status?: string } | null;

describe("the gateway that checks", () => {
  test("takes checks into account, and tells the others soon", async () => {
    const board = createBoard();
    board.start(false);
    board.take(key, toCheck());
    expect(board.of(key)).toMatchObject({ status: "healthy", address: "10.0.0.1" });
    await waitFor("the others to be told", () => told()?.status === "healthy");
  });

  test("says when an instance turns, and when it is to be found elsewhere, and not at each check", () => {
    const board = createBoard();
    board.start(false);
    const checks = [
      toCheck(),
      toCheck(),
      toCheck("good", "10.0.0.2"),
      toCheck("bad"),
      toCheck("bad"),
      toCheck("bad"),
      toCheck("bad"),
    ];
    const counts = checks.map((check) => {
      board.take(key, check);
      return turns.length;
    });
    expect(counts).toEqual([1, 1, 2, 2, 2, 3, 3]);
    expect(log.lines.map(({ fields }) => fields)).toEqual([
      { service: "billing_service", instance: "one", from: "starting", to: "healthy", reason: "good" },
      { service: "billing_service", instance: "one", from: "healthy", to: "unhealthy", reason: "bad" },
    ]);
  });

  test("does not believe what the table says, neither at the start nor later", async () => {
    await table().put(
      changes({ [key]: JSON.stringify({ status: "healthy", address: "10.0.0.9", streak: 1, checks: [] }) }),
    );
    const board = createBoard();
    board.start(false);
    expect(board.of(key).status).toBe("starting");
    await table().put(changes({ [key]: JSON.stringify({ status: "failed", streak: -1, checks: [] }) }));
    expect(board.of(key).status).toBe("starting");
    await waitFor("the old news to be taken back", () => !table().entries.has(key));
    expect(turns).toEqual([]);
  });

  test("forgets an instance that is reset, and tells that", async () => {
    const board = createBoard();
    board.start(false);
    board.take(key, toCheck());
    await waitFor("the others to be told", () => told() !== null);
    board.reset(key);
    board.reset("billing_service/unknown");
    expect(board.of(key)).toMatchObject({ status: "starting", checks: [] });
    await waitFor("the others to be told", () => told() === null);
  });

  test("tells many checks at once as one change", async () => {
    const board = createBoard();
    board.start(false);
    const { version } = table();
    for (let index = 0; index < 500; index += 1) board.take(`s/${index}`, toCheck());
    await waitFor("all to be told", () => table().entries.size === 500);
    expect(table().version).toBe(version + 1);
  });

  test("tells nothing after it is closed", async () => {
    const board = createBoard();
    board.start(false);
    board.take(key, toCheck());
    board.close();
    await Bun.sleep(150);
    expect(told()).toBeNull();
  });
});

describe("a gateway that hears", () => {
  const hearing = (): HealthBoard => {
    const board = createBoard(() => false);
    board.start(true);
    return board;
  };
  const tell = (value: unknown) =>
    table().put(changes({ [key]: typeof value === "string" ? value : JSON.stringify(value) }));
  const well = { status: "healthy", address: "10.0.0.1", streak: 1, checks: [] };

  test("knows at the start what was told before", async () => {
    await tell(well);
    expect(hearing().of(key)).toEqual(well as never);
    expect(turns).toEqual([[key]]);
  });

  test("hears every turn", async () => {
    const board = hearing();
    await tell(well);
    await tell({ ...well, address: "10.0.0.2" });
    await tell({ ...well, address: "10.0.0.2", streak: 2 });
    await tell({ status: "failed", streak: -3, checks: [] });
    expect([board.of(key).status, turns.length]).toEqual(["failed", 3]);
  });

  test("hears when what was well is not known any more, and gives it no requests", async () => {
    const board = hearing();
    await tell(well);
    await table().put(changes({ [key]: undefined }));
    expect([board.of(key).status, turns.length]).toEqual(["starting", 2]);
  });

  test.each<[string, unknown]>([
    ["no JSON", "{"],
    ["null", null],
    ["a status that is none", { ...well, status: "draining" }],
    ["an address of a page", { ...well, address: "1".repeat(65) }],
    [
      "eleven checks",
      { ...well, checks: Array.from({ length: 11 }, () => ({ at: "", ok: true, reason: "", took_ms: 1 })) },
    ],
    ["a reason of a page", { ...well, checks: [{ at: "", ok: true, reason: "x".repeat(101), took_ms: 1 }] }],
    ["a check without a time", { ...well, checks: [{ ok: true, reason: "", took_ms: 1 }] }],
    ["no streak", { status: "healthy", checks: [] }],
  ])("takes %s for nothing", async (_, value) => {
    const board = hearing();
    await tell(value);
    expect(board.of(key).status).toBe("starting");
  });
});
