import { afterAll, beforeAll, expect, test } from "bun:test";
import { type DnsServer, startDnsServer } from "../support/dns-server.ts";
import { openScene, type Scene } from "../support/registry-scene.ts";
import { waitFor } from "../support/wait-for.ts";

const seedBody = {
  service_name: "context_service",
  host: "context-service",
  port: 8001,
  check_endpoint: "/health",
  check_interval: 30,
};

let dns: DnsServer;
let scene: Scene;

beforeAll(async () => {
  dns = await startDnsServer();
  scene = await openScene({ DNS_SERVERS: dns.address });
});
afterAll(async () => {
  await scene.close();
  dns.close();
});

test("the seed's own body registers, starts, and becomes healthy once its host resolves", async () => {
  const { registry } = scene;
  const { status, body } = await registry.register(seedBody);
  expect(status).toBe(201);
  expect(body).toEqual({
    service_name: "context_service",
    instance_id: expect.stringMatching(/^[0-9a-f]{16}$/),
    status: "starting",
    lease_token: expect.stringMatching(/^[\w-]{32}$/),
    lease_seconds: 30,
    heartbeat_seconds: 10,
    routes: [
      {
        path_prefix: "/api/v1/context",
        methods: ["GET", "POST"],
        strip_prefix: true,
        timeout: 30,
        retries: 2,
        retry_unsafe: false,
        auth_required: true,
        rate_limit: true,
        circuit_breaker: true,
      },
    ],
  });
  await waitFor("a check", async () => (await registry.instance("context_service"))?.last_check !== null);
  const { status: now, checks = [] } = (await registry.instance("context_service")) ?? {};
  expect([now, checks[0]?.ok, checks[0]?.reason]).toEqual(["starting", false, "the host does not resolve"]);
  expect(await scene.get("/context/x")).toMatchObject({ status: 503 });

  // An address that nobody else has the port of.
  await scene.instance("context", "127.0.80.1", 8001);
  dns.answerWith({ "context-service": { A: ["127.0.80.1"] } });
  await registry.waitForStatus("context_service", "healthy");
  const reply = await scene.get("/context/analyze");
  expect(reply).toMatchObject({ status: 200, by: "context" });
  expect(JSON.parse(reply.text)).toEqual({ by: "context", path: "/analyze", host: "context-service:8001" });
});

test("who registers again is the same instance, with 200, and keeps its history", async () => {
  const { registry } = scene;
  const body = { service_name: "again_service", host: "127.0.0.1", port: (await scene.instance()).port };
  const first = await registry.register(body);
  await registry.waitForStatus("again_service", "healthy");
  const again = await registry.register({ ...body, metadata: { build: 2 } });
  expect([first.status, again.status]).toEqual([201, 200]);
  expect(again.body.instance_id).toBe(first.body.instance_id);
  expect(again.body.status).toBe("healthy");
  const instance = await registry.instance("again_service");
  expect(instance).toMatchObject({ status: "healthy", metadata: { build: 2 } });
  expect((await scene.get("/again/x")).status).toBe(200);
});

test.each([
  ["the host in another spelling", { host: "LocalHost." }, { host: "localhost" }, "the same id"],
  ["an IPv6 address in another spelling", { host: "::1" }, { host: "0:0:0:0:0:0:0:1" }, "the same id"],
  ["another port", { host: "localhost" }, { host: "localhost", port: 9 }, "another id"],
  ["another service", { host: "localhost" }, { host: "localhost", service_name: "other_service" }, "another id"],
])("%s: %#", async (_what, one, other, outcome) => {
  const base = { service_name: "ids_service", port: 7 };
  const ids = [];
  for (const part of [one, other]) ids.push((await scene.registry.register({ ...base, ...part })).body.instance_id);
  expect(ids[0] === ids[1] ? "the same id" : "another id").toBe(outcome);
});

test("an id of one's own is kept, and who comes to the same address under another id replaces it", async () => {
  const { registry } = scene;
  const body = { service_name: "named_service", host: "127.0.0.1", port: 9 };
  expect((await registry.register({ ...body, instance_id: "blue-1.a" })).body.instance_id).toBe("blue-1.a");
  expect((await registry.register({ ...body, instance_id: "blue-2" })).status).toBe(201);
  const { instances } = (await registry.service("named_service")).body;
  expect(instances.map(({ instance_id: id }) => id)).toEqual(["blue-2"]);
});

test("50 instances that register at the same moment are all there", async () => {
  const { registry } = scene;
  const ports = Array.from({ length: 50 }, (_, index) => 20_000 + index);
  const answers = await Promise.all(
    ports.map((port) => registry.register({ service_name: "crowd_service", host: "127.0.0.1", port })),
  );
  expect(answers.map(({ status }) => status)).toEqual(ports.map(() => 201));
  const { instances } = (await registry.service("crowd_service")).body;
  expect(instances.map(({ port }) => port).toSorted((a, b) => a - b)).toEqual(ports);
});

test("one instance that registers 20 times at once is one instance, created once", async () => {
  const body = { service_name: "echo_service", host: "127.0.0.1", port: 9 };
  const answers = await Promise.all(Array.from({ length: 20 }, () => scene.registry.register(body)));
  expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
  expect(new Set(answers.map(({ body: { instance_id: id } }) => id)).size).toBe(1);
});
