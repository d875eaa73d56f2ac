import { afterEach, expect, test } from "bun:test";
import { routeSchema } from "@isaas/gateway-sdk/contract";
import { AddressRules, privateNetworks } from "../../../plugins/registry/address-rules.ts";
import { Catalogue } from "../../../plugins/registry/catalogue.ts";
import { Checker } from "../../../plugins/registry/checker.ts";
import { Documents } from "../../../plugins/registry/documents.ts";
import type { Check } from "../../../plugins/registry/health.ts";
import { HealthBoard } from "../../../plugins/registry/health-board.ts";
import { InFlightTold } from "../../../plugins/registry/in-flight-told.ts";
import { NameWatch } from "../../../plugins/registry/name-watch.ts";
import { Publisher } from "../../../plugins/registry/publisher.ts";
import { createRecordParser } from "../../../plugins/registry/record.ts";
import { Sweeper } from "../../../plugins/registry/sweeper.ts";
import { Watch } from "../../../plugins/registry/watch.ts";
import { systemClock } from "../../../src/clock.ts";
import { fetchForGateway } from "../../../src/proxy/fetch-transport.ts";
import { waitFor } from "../../support/wait-for.ts";
import { openParts, type Parts, toRegistration } from "./parts.ts";

interface Scene extends Parts {
  readonly watch: Watch;
  readonly board: HealthBoard;
  /** Instances whose check began, in order. */
  readonly checked: readonly string[];
  register(more?: Readonly<Record<string, unknown>>): Promise<string>;
  isServed(): boolean;
}

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

interface Around {
  readonly answer?: () => Promise<Partial<Check>>;
  readonly resolve?: (name: string) => Promise<readonly string[]>;
}

/** The whole watch, over instances that answer as the test says. */
async function openScene({
  answer = async () => ({}),
  resolve = async () => ["127.0.0.1"],
}: Around = {}): Promise<Scene> {
  const parts = await openParts();
  const { store, instances, leases, registrar, log } = parts;
  const catalogue = new Catalogue(instances, createRecordParser(routeSchema), log);
  const services = parts.servicesOf("registry");
  const rules = new AddressRules(privateNetworks);
  const checked: string[] = [];
  const board = new HealthBoard({
    table: store.table("health"),
    isChecking: () => store.members.leading,
    thresholds: { healthy: 1, unhealthy: 3 },
    log,
    onTurn: (keys) => watch.onTurn(keys),
  });
  const documents = new Documents({
    host: { fetch: fetchForGateway },
    table: store.table("documents"),
    log,
    onChange: (names) => watch.onDocuments(names),
  });
  const checker = new Checker({
    async probe({ instance_id }) {
      checked.push(instance_id);
      return {
        outcome: "good",
        ok: true,
        address: "127.0.0.1",
        at: "",
        reason: "answered 200",
        took_ms: 1,
        ...(await answer()),
      };
    },
    onCheck: (key, check) => watch.onCheck(key, check),
  });
  const watch: Watch = new Watch({
    store,
    catalogue,
    board,
    checker,
    publisher: new Publisher({ services, catalogue, board, documents, rules, log }),
    documents,
    told: new InFlightTold(store.members, catalogue, services),
    sweeper: new Sweeper({
      clock: systemClock,
      log,
      catalogue,
      leases,
      evict: (keys) => registrar.remove(keys, "lease ran out"),
    }),
    names: new NameWatch({ catalogue, board, rules, resolve, onMoved: (key) => checker.hurry(key) }),
    log,
  });
  watch.start();
  closers.push(async () => {
    watch.close();
    await store.close();
  });
  return {
    ...parts,
    watch,
    board,
    checked,
    async register(more = {}) {
      const { record } = await registrar.register(toRegistration({ instance_id: "one", ...more }));
      return `${record.service_name}/${record.instance_id}`;
    },
    isServed() {
      const { entry } = parts.table.match("GET", "/api/v1/billing");
      return entry !== undefined && "target" in entry && entry.target.isAvailable;
    },
  };
}

test("an instance gets requests after its first good check, and none while it drains", async () => {
  let gate = Promise.withResolvers<Partial<Check>>();
  const scene = await openScene({ answer: () => gate.promise });
  const key = await scene.register();
  expect([scene.isServed(), scene.ownerOf("/api/v1/billing"), scene.checked]).toEqual([
    false,
    "billing_service",
    ["one"],
  ]);
  gate.resolve({});
  await waitFor("it to serve", scene.isServed);
  gate = Promise.withResolvers();
  await scene.registrar.setDraining(key, true);
  expect([scene.isServed(), scene.checked.length]).toEqual([false, 1]);
  await scene.registrar.setDraining(key, false);
  expect([scene.isServed(), scene.board.of(key).status, scene.checked.length]).toEqual([false, "starting", 2]);
  gate.resolve({});
  await waitFor("it to have proved itself", scene.isServed);
});

test("an instance that moves has to prove itself; one that only says more goes on serving", async () => {
  const answer = async () => {
    await Bun.sleep(100);
    return {};
  };
  const scene = await openScene({ answer });
  await scene.register();
  await waitFor("it to serve", scene.isServed);
  await scene.register({ weight: 7 });
  expect(scene.isServed()).toBe(true);
  await scene.register({ port: 9001 });
  expect(scene.isServed()).toBe(false);
  await waitFor("it to serve again", scene.isServed);
});

test("an instance that leaves takes its route, its health and its checks along", async () => {
  const scene = await openScene();
  const key = await scene.register({ check_interval: 1 });
  await waitFor("it to serve", scene.isServed);
  await scene.registrar.remove([key], "removed");
  expect([scene.ownerOf("/api/v1/billing"), scene.board.of(key).status]).toEqual([undefined, "starting"]);
  const before = scene.checked.length;
  await Bun.sleep(1300);
  expect(scene.checked).toHaveLength(before);
});

test("a document goes with the last instance of its service", async () => {
  const scene = await openScene();
  const key = await scene.register();
  const documents = scene.store.table("documents");
  await documents.put(new Map([["billing_service", '{"openapi":"3.1.0","paths":{}}']]));
  expect(scene.servicesOf("docs").described()).toHaveLength(1);
  await scene.registrar.remove([key], "removed");
  await waitFor("the document to go", () => documents.entries.size === 0);
  expect(scene.servicesOf("docs").described()).toEqual([]);
});

test("a lease that ends takes its instance along, also while names take long to resolve", async () => {
  const scene = await openScene({ resolve: () => new Promise(() => {}) });
  await scene.register({ instance_id: "other", host: "slow.internal", port: 1 });
  const key = await scene.register({ lease_seconds: 3 });
  await waitFor("it to be gone", () => scene.catalogue.at(key) === undefined, 20_000);
  expect(scene.catalogue.size).toBe(1);
}, 30_000);

test("nothing is checked after the watch is closed, whatever is registered then", async () => {
  const scene = await openScene();
  await scene.register({ check_interval: 1 });
  await waitFor("a check", () => scene.checked.length > 0);
  scene.watch.close();
  const before = scene.checked.length;
  await scene.register({ instance_id: "two", port: 1 });
  await Bun.sleep(1300);
  expect(scene.checked).toHaveLength(before);
});
