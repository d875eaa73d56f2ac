import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { AddressRules, privateNetworks } from "../../../plugins/registry/address-rules.ts";
import { HealthBoard } from "../../../plugins/registry/health-board.ts";
import { NameWatch } from "../../../plugins/registry/name-watch.ts";
import { waitFor } from "../../support/wait-for.ts";
import { openParts, type Parts, toRegistration } from "./parts.ts";

let parts: Parts;
let board: HealthBoard;
let names: NameWatch;
/** Where each name leads now; one that is not here does not resolve. */
let addresses: Map<string, readonly string[]>;
let asked: string[];
let moved: string[];

beforeEach(async () => {
  parts = await openParts();
  [addresses, asked, moved] = [new Map(), [], []];
  const { store, catalogue, log } = parts;
  const thresholds = { healthy: 1, unhealthy: 3 };
  board = new HealthBoard({ table: store.table("health"), isChecking: () => true, thresholds, log, onTurn() {} });
  names = new NameWatch({
    catalogue,
    board,
    rules: new AddressRules(privateNetworks),
    async resolve(name) {
      asked.push(name);
      const found = addresses.get(name);
      if (found === undefined) throw new Error("ENOTFOUND");
      return found;
    },
    onMoved: (key) => void moved.push(key),
  });
});
afterEach(async () => {
  board.close();
  await parts.store.close();
});

/** Registers an instance at this host, and finds it well at this address. */
async function settle(host: string, port: number, address?: string): Promise<string> {
  const { record } = await parts.registrar.register(toRegistration({ host, port }));
  const key = `billing_service/${record.instance_id}`;
  if (address !== undefined) {
    board.take(key, { outcome: "good", ok: true, address, at: "", reason: "answered 200", took_ms: 1 });
  }
  return key;
}

describe("an instance", () => {
  test("that is where its name leads has not moved, whatever else the name leads to", async () => {
    await settle("a.internal", 1, "10.0.0.1");
    addresses.set("a.internal", ["10.0.0.2", "10.0.0.1"]);
    await names.tick();
    expect([asked, moved]).toEqual([["a.internal"], []]);
  });

  test("has moved when its name leads elsewhere, or only where nobody may go", async () => {
    const keys = [await settle("a.internal", 1, "10.0.0.1"), await settle("a.internal", 2, "10.0.0.1")];
    for (const found of [["10.0.0.2"], ["8.8.8.8"]]) {
      addresses.set("a.internal", found);
      moved = [];
      await names.tick();
      expect(moved).toEqual(keys);
    }
    // One name is asked for once, however many instances have it.
    expect(asked).toHaveLength(2);
  });

  test.each([[undefined], [[]]])("keeps its place when its name leads nowhere now: %j", async (found) => {
    await settle("a.internal", 1, "10.0.0.1");
    if (found !== undefined) addresses.set("a.internal", found);
    await names.tick();
    expect(moved).toEqual([]);
  });

  test("that was never found well has no place to move from", async () => {
    await settle("a.internal", 1);
    addresses.set("a.internal", ["10.0.0.2"]);
    await names.tick();
    expect(moved).toEqual([]);
  });

  test("with an address for a host, or on its way out, is not looked up", async () => {
    await settle("10.0.0.1", 1, "10.0.0.1");
    const key = await settle("a.internal", 2, "10.0.0.1");
    await parts.registrar.setDraining(key, true);
    await names.tick();
    expect(asked).toEqual([]);
  });
});

test("100 names are all looked up within 20 ticks, 5 a tick, and then again", async () => {
  for (let index = 0; index < 100; index += 1) await settle(`n${index}.internal`, 1);
  for (let tick = 0; tick < 20; tick += 1) {
    await names.tick();
    expect(asked).toHaveLength(5 * (tick + 1));
  }
  expect(new Set(asked).size).toBe(100);
  await names.tick();
  expect(asked).toHaveLength(105);
});

test("a name whose instance has left meanwhile troubles nobody", async () => {
  const keys: string[] = [];
  for (let index = 0; index < 40; index += 1) keys.push(await settle(`n${index}.internal`, 1, "10.0.0.1"));
  await names.tick();
  await parts.registrar.remove(keys, "removed");
  for (let tick = 0; tick < 25; tick += 1) await names.tick();
  expect(moved).toEqual([]);
  await waitFor("nothing to be asked any more", async () => {
    const before = asked.length;
    await names.tick();
    return asked.length === before;
  });
});
