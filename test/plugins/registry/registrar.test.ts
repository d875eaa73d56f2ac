import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import { createHash, randomUUID } from "node:crypto";
import { defaultMethods } from "@isaas/gateway-sdk/contract";
import { type RedisServer, startRedis } from "../../support/redis.ts";
import { waitFor } from "../../support/wait-for.ts";
import type { StoreSettings } from "../../../src/store/openable-store.ts";
import { openParts, type Parts, toRecord, toRegistration, toRoute } from "./parts.ts";
import { thrownBy } from "./thrown.ts";

const hashOf = (token: string) => createHash("sha256").update(token).digest("hex");
const route = (path_prefix: string, more: object = {}) => ({ path_prefix, ...more });

let redis: RedisServer;
let opened: Parts[];

beforeAll(async () => {
  redis = await startRedis();
});
afterAll(() => redis.stop());
beforeEach(() => {
  opened = [];
});
afterEach(async () => {
  await Promise.all(opened.map(({ store }) => store.close()));
});

async function open(settings: Partial<StoreSettings> = {}): Promise<Parts> {
  const parts = await openParts(settings);
  opened.push(parts);
  return parts;
}

/** Gateways on one Redis, which nobody else uses. */
async function openShared(count: number): Promise<Parts[]> {
  const settings = { redisUrl: redis.url, redisPrefix: `${randomUUID()}:` };
  return Promise.all(Array.from({ length: count }, () => open(settings)));
}

const stores: readonly [string, () => Promise<Parts>][] = [
  ["the embedded store", () => open()],
  ["Redis", async () => (await openShared(1))[0] ?? open()],
];

describe.each(stores)("over %s", (_, openStore) => {
  let parts: Parts;
  let register: (body?: Readonly<Record<string, unknown>>) => ReturnType<Parts["registrar"]["register"]>;
  const refusal = (body: Readonly<Record<string, unknown>>) => thrownBy(() => register(body));
  const idsOf = (service = "billing_service") =>
    [...parts.catalogue.instancesOf(service).values()].map(({ instance_id }) => instance_id).toSorted();

  beforeEach(async () => {
    parts = await openStore();
    register = (body = {}) => parts.registrar.register(toRegistration(body));
  });

  test("a registration is there with its lease when it is answered", async () => {
    const { record, token, created } = await register({ version: "1", metadata: { a: 1 }, openapi: "/openapi.json" });
    expect(created).toBe(true);
    expect(parts.catalogue.find("billing_service", record.instance_id)).toEqual(record);
    expect(record).toEqual({
      ...toRecord({ instance_id: record.instance_id, registered_at: record.registered_at }),
      version: "1",
      metadata: { a: 1 },
      openapi: "/openapi.json",
      routes: [toRoute("/api/v1/billing", { methods: [...defaultMethods] })],
      token_hashes: [hashOf(token)],
    });
    expect(Math.abs(Date.parse(record.registered_at) - Date.now())).toBeLessThan(60_000);
    const left = (await parts.leases.left([`billing_service/${record.instance_id}`])).values().toArray();
    expect(left).toHaveLength(1);
    expect(left[0]).toBeGreaterThan(20_000);
  });

  test("a document that was sent is kept apart", async () => {
    const { record } = await register({ openapi: { openapi: "3.1.0", paths: {} } });
    expect(record.openapi).toBeUndefined();
  });

  test("registering again changes nothing but what is said anew: same id, same beginning, one more token", async () => {
    const first = await register({ weight: 1 });
    const second = await register({ weight: 7 });
    expect([first.created, second.created]).toEqual([true, false]);
    expect(idsOf()).toHaveLength(1);
    expect(second.record).toEqual({
      ...first.record,
      weight: 7,
      token_hashes: [hashOf(second.token), hashOf(first.token)],
    });
  });

  test("the 3 newest tokens of an instance are valid", async () => {
    const tokens: string[] = [];
    for (let index = 0; index < 5; index += 1) tokens.push((await register()).token);
    const [record] = [...parts.catalogue.instancesOf("billing_service").values()];
    expect(record?.token_hashes).toEqual([tokens[4], tokens[3], tokens[2]].map((token) => hashOf(token ?? "")));
  });

  test("an id at the same address replaces the one that was there; its old tokens are worth nothing", async () => {
    const first = await register({ instance_id: "one" });
    await register({ instance_id: "other", port: 9001 });
    const second = await register({ instance_id: "two" });
    expect(idsOf()).toEqual(["other", "two"]);
    expect(second.created).toBe(true);
    expect(second.record.token_hashes).not.toContain(hashOf(first.token));
  });

  test("an address may belong to instances of two services", async () => {
    await register();
    await register({ service_name: "stock_service" });
    expect([idsOf().length, idsOf("stock_service").length]).toEqual([1, 1]);
  });

  test("registering takes an instance back from draining", async () => {
    const { record } = await register();
    const key = `billing_service/${record.instance_id}`;
    expect(await parts.registrar.setDraining(key, true)).toMatchObject({ draining: true });
    expect(parts.catalogue.at(key)?.draining).toBe(true);
    expect((await register()).record.draining).toBe(false);
  });

  test("50 at once are all there, each once", async () => {
    const ports = Array.from({ length: 50 }, (_, index) => 2000 + index);
    const all = await Promise.all([...ports, ...ports].map((port) => register({ port })));
    expect(idsOf()).toHaveLength(50);
    expect(all.filter(({ created }) => created)).toHaveLength(50);
  });

  describe("the routes", () => {
    test("of a sole instance may change, and so may those of one that is replaced", async () => {
      await register({ routes: [route("/api/v1/old")] });
      await register({ routes: [route("/api/v1/new")] });
      expect(parts.catalogue.routesOf("billing_service")).toMatchObject([{ path_prefix: "/api/v1/new" }]);
      await register({ instance_id: "two", routes: [route("/api/v1/newer")] });
      expect(parts.catalogue.routesOf("billing_service")).toMatchObject([{ path_prefix: "/api/v1/newer" }]);
    });

    test("of a second instance are those of the first, whether it names them or not", async () => {
      const routes = [route("/api/v1/a", { methods: ["GET", "POST"] }), route("/api/v1/b")];
      await register({ routes });
      expect((await register({ port: 1 })).record.routes).toHaveLength(2);
      await register({ port: 2, routes: [routes[1], { ...routes[0], methods: ["POST", "GET"] }] });
      const error = await refusal({ port: 3, routes: [routes[0]] });
      expect([error.code, error.details]).toEqual(["CONFLICT", { owner: "billing_service" }]);
      // One that is there already is bound by the others as well.
      expect((await refusal({ port: 2, routes: [route("/api/v1/c")] })).code).toBe("CONFLICT");
      expect(idsOf()).toHaveLength(3);
    });

    test("of another service are taken until its last instance has left", async () => {
      const { record } = await register({ routes: [route("/api/v1/a")] });
      const thief = { service_name: "thief_service", routes: [route("/api/v1/a/b")] };
      expect((await refusal(thief)).details).toEqual({ owner: "billing_service" });
      expect(idsOf("thief_service")).toEqual([]);
      await parts.registrar.remove([`billing_service/${record.instance_id}`], "removed");
      await register(thief);
      expect(idsOf("thief_service")).toHaveLength(1);
    });

    test("of the core table are kept for core services", async () => {
      const error = await refusal({ service_name: "thief_service", routes: [route("/api/v1/context")] });
      expect([error.code, error.details]).toEqual(["CONFLICT", { owner: "context_service" }]);
      const { record } = await register({ service_name: "context_service" });
      expect(record.routes).toEqual([toRoute("/api/v1/context", { methods: ["GET", "POST"] })]);
    });

    test("of the gateway are nobody's, not even those of a service of that name", async () => {
      const error = await refusal({ service_name: "gateway", routes: [route("/api/v1/services/x")] });
      expect([error.code, error.details]).toEqual(["CONFLICT", { owner: "gateway" }]);
    });

    test("of the settings bind whoever registers, however they lie to each other", async () => {
      const plan = (service: string, pathPrefix: string) => ({
        pathPrefix,
        methods: ["GET"] as const,
        service,
        stripPrefix: true,
        timeoutMs: 30_000,
        retries: 2,
        retryUnsafe: false,
        policies: new Set([]),
        balance: { policy: "least_loaded", hash_on: "client_address" } as const,
        plugins: {},
      });
      parts.directory.publish("settings", "billing_service", [plan("billing_service", "/shop")], []);
      parts.directory.publish("settings", "stock_service", [plan("stock_service", "/shop/stock")], []);
      expect((await register()).record.routes).toMatchObject([{ path_prefix: "/shop", methods: ["GET"] }]);
      expect((await register({ service_name: "stock_service" })).record.routes).toMatchObject([
        { path_prefix: "/shop/stock" },
      ]);
      expect((await refusal({ port: 1, routes: [route("/api/v1/x")] })).details).toEqual({ owner: "billing_service" });
    });
  });

  describe("what is gone", () => {
    test("is neither drained nor removed again, and nobody is blamed", async () => {
      const { record } = await register();
      const key = `billing_service/${record.instance_id}`;
      await Promise.all([parts.registrar.remove([key], "removed"), parts.registrar.remove([key], "removed")]);
      expect(await parts.registrar.setDraining(key, true)).toBeUndefined();
      expect(parts.log.lines.filter(({ fields }) => fields["to"] === "stopped")).toHaveLength(1);
      expect((await parts.leases.left([key])).size).toBe(0);
    });
  });

  test("two services that claim one prefix at once: exactly one has it, and the other hears whose it is", async () => {
    for (let round = 0; round < 10; round += 1) {
      const routes = [route(`/api/v1/prize-${round}`)];
      const results = await Promise.allSettled(
        ["a_service", "b_service"].map((name) => register({ service_name: `${name}_${round}`, routes })),
      );
      expect(results.map(({ status }) => status)).toEqual(["fulfilled", "rejected"]);
      expect(results[1]).toMatchObject({ reason: { code: "CONFLICT", details: { owner: `a_service_${round}` } } });
    }
  });
});

describe("two gateways on one Redis", () => {
  test("keep all of 40 concurrent registrations", async () => {
    const gateways = await openShared(2);
    await Promise.all(
      Array.from({ length: 40 }, (_, index) =>
        gateways[index % 2]?.registrar.register(toRegistration({ port: 3000 + index })),
      ),
    );
    for (const { catalogue } of gateways) await waitFor("all of them", () => catalogue.size === 40);
  });

  test("let exactly one of two services have a prefix, whichever gateway each of them asks", async () => {
    const [one, two] = await openShared(2);
    if (one === undefined || two === undefined) throw new Error("no gateways");
    for (let round = 0; round < 20; round += 1) {
      const routes = [route(`/api/v1/prize-${round}`, { methods: ["GET"] })];
      const [a, b] = [`a_service_${round}`, `b_service_${round}`];
      const results = await Promise.allSettled([
        one.registrar.register(toRegistration({ service_name: a, routes })),
        two.registrar.register(toRegistration({ service_name: b, routes })),
      ]);
      const won = results.findIndex(({ status }) => status === "fulfilled");
      expect(results.map(({ status }) => status).toSorted()).toEqual(["fulfilled", "rejected"]);
      expect(results[1 - won]).toMatchObject({ reason: { code: "CONFLICT", details: { owner: [a, b][won] } } });
    }
    for (const { catalogue } of [one, two]) await waitFor("all winners", () => catalogue.services.size === 20);
  });

  test("give one instance, registered at both at once, one id and tokens that both are valid", async () => {
    const gateways = await openShared(2);
    const both = await Promise.all(gateways.map(({ registrar }) => registrar.register(toRegistration())));
    expect(both.filter(({ created }) => created)).toHaveLength(1);
    const hashes = both.map(({ token }) => hashOf(token)).toSorted();
    for (const { catalogue } of gateways) {
      const valid = () => [...catalogue.instancesOf("billing_service").values()].flatMap((one) => one.token_hashes);
      await waitFor("both tokens", () => valid().length === 2);
      expect([...valid()].toSorted()).toEqual(hashes);
    }
  });
});

test("while the store is away, changes are refused with a time to come back, and renewing goes on", async () => {
  const server = await startRedis();
  const parts = await open({ redisUrl: server.url, redisPrefix: "away:" });
  try {
    const { record } = await parts.registrar.register(toRegistration());
    await server.kill();
    for (const change of [
      () => parts.registrar.register(toRegistration({ port: 1 })),
      () => parts.registrar.setDraining(`billing_service/${record.instance_id}`, true),
      () => parts.registrar.remove([`billing_service/${record.instance_id}`], "removed"),
    ]) {
      const error = await thrownBy(change);
      expect([error.code, error.status, error.headers]).toEqual(["SERVICE_UNAVAILABLE", 503, { "retry-after": "1" }]);
    }
    await parts.registrar.renew(record);
    expect(parts.catalogue.size).toBe(1);
  } finally {
    await server.stop();
  }
});
