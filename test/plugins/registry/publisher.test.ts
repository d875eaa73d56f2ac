import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { AddressRules, privateNetworks } from "../../../plugins/registry/address-rules.ts";
import { Documents } from "../../../plugins/registry/documents.ts";
import { HealthBoard } from "../../../plugins/registry/health-board.ts";
import { Publisher } from "../../../plugins/registry/publisher.ts";
import { keyOf } from "../../../plugins/registry/record.ts";
import { fetchForGateway } from "../../../src/proxy/fetch-transport.ts";
import { changes } from "../../store/stores.ts";
import { openParts, type Parts, toRecord, toRegistration, toRoute } from "./parts.ts";

let parts: Parts;
let board: HealthBoard;
let documents: Documents;
let publisher: Publisher;

beforeEach(async () => {
  parts = await openParts();
  const { store, catalogue, log } = parts;
  const thresholds = { healthy: 1, unhealthy: 3 };
  board = new HealthBoard({ table: store.table("health"), isChecking: () => true, thresholds, log, onTurn() {} });
  documents = new Documents({ host: { fetch: fetchForGateway }, table: store.table("documents"), log, onChange() {} });
  documents.start();
  const rules = new AddressRules(privateNetworks);
  publisher = new Publisher({ services: parts.servicesOf("registry"), catalogue, board, documents, rules, log });
});
afterEach(async () => {
  board.close();
  await parts.store.close();
});

const errors = () => parts.log.of("error");

function found(key: string, address: string, at = "2026-01-01T00:00:00.000Z"): void {
  board.take(key, { outcome: "good", ok: true, address, at, reason: "answered 200", took_ms: 1 });
}

async function register(more: Readonly<Record<string, unknown>> = {}): Promise<string> {
  const { record } = await parts.registrar.register(toRegistration({ instance_id: "one", ...more }));
  return keyOf(record.service_name, record.instance_id);
}

/** The instances behind a path, as the balancer sees them. */
function instancesAt(path: string) {
  const { entry } = parts.table.match("GET", path);
  if (entry === undefined || !("target" in entry)) throw new Error(`no route at ${path}`);
  return entry.target.instances.map(({ id, url, authority, weight, open }) => ({ id, url, authority, weight, open }));
}

describe("an instance", () => {
  test("that was not checked yet has a route and gets no requests", async () => {
    await register({ host: "billing.internal" });
    publisher.publish("billing_service");
    const [one] = instancesAt("/api/v1/billing");
    expect(one).toMatchObject({ open: false, authority: "billing.internal:9000" });
  });

  test("that is well gets requests at the address where it was found, by its own name, by its weight", async () => {
    found(await register({ host: "billing.internal", weight: 7 }), "10.0.0.1");
    publisher.publish("billing_service");
    expect(instancesAt("/api/v1/billing")).toEqual([
      { id: "one", url: "http://10.0.0.1:9000", authority: "billing.internal:9000", weight: 7, open: true },
    ]);
  });

  test("that drains gets none", async () => {
    const key = await register();
    found(key, "127.0.0.1");
    await parts.registrar.setDraining(key, true);
    publisher.publish("billing_service");
    expect(instancesAt("/api/v1/billing")).toMatchObject([{ open: false }]);
  });

  test("gets none at an address that is not allowed, whoever says that it is well there", async () => {
    found(await register({ host: "billing.internal" }), "169.254.169.254");
    publisher.publish("billing_service");
    expect(instancesAt("/api/v1/billing")).toMatchObject([{ open: false, url: "http://billing.internal:9000" }]);
  });
});

describe("a service", () => {
  test("has all its routes, and loses them with its last instance", async () => {
    const key = await register({ routes: [{ path_prefix: "/api/v1/a" }, { path_prefix: "/api/v1/b" }] });
    publisher.publish("billing_service");
    expect([parts.ownerOf("/api/v1/a"), parts.ownerOf("/api/v1/b")]).toEqual(["billing_service", "billing_service"]);
    await parts.registrar.remove([key], "removed");
    publisher.publish("billing_service");
    expect(parts.directory.routes).toEqual([]);
  });

  test("says when one of its instances was last checked", async () => {
    const keys = [await register(), await register({ instance_id: "two", port: 1 })];
    for (const [index, key] of keys.entries()) found(key, "127.0.0.1", `2026-01-01T00:00:0${9 - index}.000Z`);
    publisher.publish("billing_service");
    const { entry } = parts.table.match("GET", "/api/v1/billing");
    expect(entry !== undefined && "target" in entry ? entry.target.lastCheck : "").toBe("2026-01-01T00:00:09.000Z");
  });

  test("brings the document with which it describes itself", async () => {
    await register();
    await documents.keep("billing_service", { openapi: "3.1.0", paths: {} });
    publisher.publish("billing_service");
    expect(
      parts
        .servicesOf("docs")
        .described()
        .map(({ name }) => name),
    ).toEqual(["billing_service"]);
  });

  test("that nobody registered is withdrawn, without a word", () => {
    publisher.publish("nobody_service");
    expect(parts.log.lines).toEqual([]);
  });
});

describe("a service that another gateway let in and that collides here", () => {
  const write = (service: string, prefix: string) => {
    const record = toRecord({ service_name: service, routes: [toRoute(prefix)] });
    return parts.instances.put(changes({ [keyOf(service, "one")]: JSON.stringify(record) }));
  };

  test("is not served, which is logged once", async () => {
    await write("a_service", "/api/v1/a");
    await write("b_service", "/api/v1/a");
    for (const service of ["a_service", "b_service", "b_service", "a_service"]) publisher.publish(service);
    expect(parts.ownerOf("/api/v1/a")).toBe("a_service");
    expect(errors()).toHaveLength(1);
  });

  test("is served as soon as the other has left, or has gone elsewhere", async () => {
    await write("a_service", "/api/v1/a");
    await write("b_service", "/api/v1/a");
    for (const service of ["a_service", "b_service"]) publisher.publish(service);
    await write("a_service", "/api/v1/elsewhere");
    publisher.publish("a_service");
    expect([parts.ownerOf("/api/v1/a"), parts.ownerOf("/api/v1/elsewhere")]).toEqual(["b_service", "a_service"]);
  });

  test("is not served where it was before either", async () => {
    await write("a_service", "/api/v1/a");
    await write("b_service", "/api/v1/b");
    for (const service of ["a_service", "b_service"]) publisher.publish(service);
    await write("b_service", "/api/v1/a");
    publisher.publish("b_service");
    expect([parts.ownerOf("/api/v1/a"), parts.ownerOf("/api/v1/b")]).toEqual(["a_service", undefined]);
  });
});
