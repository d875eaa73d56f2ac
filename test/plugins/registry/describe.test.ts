import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { Describer } from "../../../plugins/registry/describe.ts";
import { HealthBoard } from "../../../plugins/registry/health-board.ts";
import { InFlightTold } from "../../../plugins/registry/in-flight-told.ts";
import { settingsSource } from "../../../src/routing/directory.ts";
import { fromWire } from "../../../src/routing/wire.ts";
import { openParts, type Parts, toRegistration, toRoute } from "./parts.ts";

let parts: Parts;
let board: HealthBoard;
let describer: Describer;

beforeEach(async () => {
  parts = await openParts();
  const { store, catalogue, log } = parts;
  const thresholds = { healthy: 1, unhealthy: 3 };
  board = new HealthBoard({ table: store.table("health"), isChecking: () => true, thresholds, log, onTurn() {} });
  const services = parts.servicesOf("registry");
  describer = new Describer({ catalogue, board, services, told: new InFlightTold(store.members, catalogue, services) });
});
afterEach(async () => {
  board.close();
  await parts.store.close();
});

const register = (more: Readonly<Record<string, unknown>> = {}) =>
  parts.registrar.register(toRegistration({ instance_id: "one", ...more }));

/** A service of the settings with instances at these URLs. */
function fix(name: string, prefix: string, urls: readonly string[]): void {
  const plans = [fromWire(name, toRoute(prefix), new Set())];
  const instances = urls.map((url) => ({ id: url, url, authority: undefined, weight: 1, open: true }));
  parts.directory.publish(settingsSource, name, plans, instances);
}

describe("an instance", () => {
  test("is described without its tokens and with all that operators ask for", async () => {
    const { record } = await register({ version: "1.2", metadata: { zone: "eu" }, weight: 7 });
    board.take("billing_service/one", {
      outcome: "good",
      ok: true,
      address: "127.0.0.1",
      at: "now",
      reason: "answered 200",
      took_ms: 3,
    });
    const view = describer.instance(record);
    expect(view).toEqual({
      instance_id: "one",
      host: "127.0.0.1",
      port: 9000,
      status: "healthy",
      last_check: "now",
      checks: [{ at: "now", ok: true, reason: "answered 200", took_ms: 3 }],
      metadata: { zone: "eu" },
      registered_at: record.registered_at,
      version: "1.2",
      weight: 7,
      in_flight: 0,
    });
    expect(JSON.stringify(view)).not.toContain(record.token_hashes[0] ?? "hash");
  });

  test("is starting before its first check, and draining whatever its checks say", async () => {
    const { record } = await register();
    expect([describer.statusOf(record), describer.instance(record).last_check]).toEqual(["starting", null]);
    expect(describer.statusOf({ ...record, draining: true })).toBe("draining");
  });
});

describe("services", () => {
  test("come by name, those of the settings too, and without the history of their checks", async () => {
    fix("stock_service", "/stock", ["http://10.0.0.1:8080", "https://stock.example/base", "http://[fd12::1]"]);
    await register();
    board.take("billing_service/one", {
      outcome: "bad",
      ok: false,
      address: undefined,
      at: "now",
      reason: "answered 500",
      took_ms: 3,
    });
    const [billing, stock, ...more] = describer.services();
    expect(more).toEqual([]);
    expect(billing).toMatchObject({
      service_name: "billing_service",
      routes: [{ path_prefix: "/api/v1/billing" }],
      instances: [{ instance_id: "one", status: "unhealthy", last_check: "now", checks: [] }],
    });
    expect(stock?.routes).toMatchObject([{ path_prefix: "/stock" }]);
    expect(
      stock?.instances.map(({ host, port, status, registered_at }) => [host, port, status, registered_at]),
    ).toEqual([
      ["10.0.0.1", 8080, "healthy", null],
      ["stock.example", 443, "healthy", null],
      ["fd12::1", 80, "healthy", null],
    ]);
    expect(describer.service("billing_service")?.instances[0]?.checks).toHaveLength(1);
  });

  test("of the settings show the instances that registered beside their own, once each", async () => {
    fix("billing_service", "/shop", ["http://10.0.0.1:1"]);
    await register();
    expect(describer.service("billing_service")).toMatchObject({
      routes: [{ path_prefix: "/shop" }],
      instances: [{ instance_id: "http://10.0.0.1:1" }, { instance_id: "one" }],
    });
    expect(describer.services()).toHaveLength(1);
  });

  test("that nobody knows are none", () => {
    for (const name of ["nobody_service", "", "__proto__", "constructor"])
      expect(describer.service(name)).toBeUndefined();
    expect(describer.services()).toEqual([]);
  });
});
