import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { type DnsServer, startDnsServer } from "../support/dns-server.ts";
import { runGateway } from "../support/gateway.ts";
import { openScene, type Scene } from "../support/registry-scene.ts";
import { waitFor } from "../support/wait-for.ts";

setDefaultTimeout(30_000);

const names = {
  "metadata.test": { A: ["169.254.169.254"] },
  "metadata6.test": { AAAA: ["fd00:ec2::254"] },
  "link.test": { AAAA: ["fe80::1"] },
  "nowhere.test": { A: ["0.0.0.0"], AAAA: ["::"] },
  "public.test": { A: ["93.184.215.14"], AAAA: ["2606:2800:21f:cb07:6820:80da:af6b:8b2c"] },
  "disguised.test": { AAAA: ["::ffff:169.254.169.254"] },
  "translated.test": { AAAA: ["64:ff9b::a9fe:a9fe"] },
  "mixed.test": { A: ["169.254.169.254", "93.184.215.14", "127.0.0.1"] },
  "fine.test": { A: ["127.0.0.1"] },
  "meta.globs.test": { A: ["169.254.169.254"] },
  "other.globs.test": { A: ["127.0.0.1"] },
};

let dns: DnsServer;
let scene: Scene;
beforeAll(async () => {
  dns = await startDnsServer(names);
  scene = await openScene({ DNS_SERVERS: dns.address });
});
afterAll(async () => {
  await scene.close();
  dns.close();
});

const register = (host: string, { registry } = scene) =>
  registry.register({ service_name: "guarded_service", host, port: 9 });

describe("a host is refused as an address that may not be registered when it", () => {
  test.each([
    "169.254.169.254",
    "0.0.0.0",
    "0.1.2.3",
    "255.255.255.255",
    "224.0.0.1",
    "100.64.0.1",
    "8.8.8.8",
    "172.32.0.1",
    "::",
    "::2",
    "fe80::1",
    "ff02::1",
    "fd00:ec2::254",
    "FD00:EC2:0::254",
    "::ffff:169.254.169.254",
    "::ffff:a9fe:a9fe",
    "::ffff:8.8.8.8",
    "::169.254.169.254",
    "64:ff9b::169.254.169.254",
    "2002:a9fe:a9fe::1",
    "2606:4700:4700::1111",
  ])("is %s", async (host) => {
    const { status, error, text } = await register(host);
    expect(status).toBe(400);
    expect(error?.details.problems).toEqual([{ path: "host", message: expect.stringContaining("REGISTRATION_ALLOW") }]);
    expect(text).not.toContain(host);
  });

  test.each(["metadata", "metadata6", "link", "nowhere", "public", "disguised", "translated"])(
    "leads there: %s.test",
    async (name) => {
      const { status, error } = await register(`${name}.test`);
      expect([status, error?.details.problems?.[0]?.path]).toEqual([400, "host"]);
    },
  );
});

test.each([
  "10.0.0.1",
  "172.16.0.1",
  "172.31.255.254",
  "192.168.1.1",
  "127.5.5.5",
  "::1",
  "fd00::1",
  "::ffff:10.9.9.9",
])("%s may be registered", async (host) => {
  expect((await register(host)).status).toBe(201);
});

test("of a name's addresses only those are dialled that are allowed", async () => {
  const { registry } = scene;
  const { port } = await scene.instance("mixed");
  await registry.bring({ service_name: "mixed_service", host: "mixed.test", port, check_interval: 1 });
  expect(await scene.get("/mixed/x")).toMatchObject({ status: 200, by: "mixed" });
  const checks = (await registry.instance("mixed_service"))?.checks ?? [];
  expect(checks.map(({ reason }) => reason)).toEqual(checks.map(() => "answered 200"));
});

test("an instance gets its own name as Host, whatever its address", async () => {
  const { port } = await scene.instance();
  await scene.registry.bring({ service_name: "host_service", host: "fine.test", port });
  expect((await scene.get("/host/x")).text).toContain(`"host":"fine.test:${port}"`);
});

test("an instance at ::1 is checked and served", async () => {
  const { port } = await scene.instance("six", "::1");
  await scene.registry.bring({ service_name: "six_service", host: "::1", port });
  expect(await scene.get("/six/x")).toMatchObject({ status: 200, by: "six" });
});

test("redirects of checks, answers and documents are not followed", async () => {
  const { registry } = scene;
  const sentinel = await scene.instance("sentinel");
  const instance = await scene.instance("moving");
  const elsewhere = `http://127.0.0.1:${sentinel.port}/health`;
  await instance.answerChecks({ status: 302, location: elsewhere });
  await registry.register({
    service_name: "moving_service",
    host: "127.0.0.1",
    port: instance.port,
    check_interval: 1,
    openapi: `/move?${elsewhere}`,
  });
  await registry.waitForStatus("moving_service", "unhealthy");
  expect((await registry.instance("moving_service"))?.checks[0]?.reason).toBe("answered 302");

  await instance.answerChecks({ status: 200 });
  await registry.waitForStatus("moving_service", "healthy");
  expect((await scene.get(`/moving/move?${elsewhere}`)).status).toBe(302);
  await waitFor("the document's request", async () => (await instance.seen()).requests.length === 2);
  await scene.gateway.waitForLine(({ msg }) => msg.includes("OpenAPI document"));
  expect(await sentinel.seen()).toMatchObject({ checks: [], requests: [] });
});

describe("REGISTRATION_ALLOW", () => {
  let narrow: Scene;
  beforeAll(async () => {
    narrow = await openScene({ DNS_SERVERS: dns.address, REGISTRATION_ALLOW: "10/8, 127.0.0.2, fine.*, *.globs.test" });
  });
  afterAll(() => narrow.close());

  test.each([
    ["127.0.0.2", 201],
    ["10.255.0.1", 201],
    ["127.0.0.1", 400],
    ["192.168.0.1", 400],
    ["::1", 400],
    ["fine.test", 201],
    ["FINE.test.", 200],
    ["mixed.test", 400],
    ["other.globs.test", 201],
    ["meta.globs.test", 400],
    ["globs.test", 201],
  ])("of blocks and globs gives %s %d", async (host, status) => {
    expect((await register(host, narrow)).status).toBe(status);
  });

  test.each(["10.0.0.0/33", "10.0.0/8/8", "a b", "http://x", "999"])("of %j stops the start", async (rule) => {
    const { code, stderr } = await runGateway([], { PORT: "0", REGISTRATION_ALLOW: rule });
    expect(code).toBe(1);
    expect(stderr).toContain("REGISTRATION_ALLOW");
  });
});
