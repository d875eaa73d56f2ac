import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { registrationKey } from "../support/registry-client.ts";
import { openScene, type Scene } from "../support/registry-scene.ts";

const marker = "hunter2-marker";
const good = { service_name: "fields_service", host: "127.0.0.1", port: 9 };
const route = { path_prefix: "/api/v1/fields" };

let scene: Scene;
beforeAll(async () => {
  scene = await openScene();
});
afterAll(() => scene.close());

async function pathsOf(body: unknown): Promise<string[]> {
  const { status, error, text } = await scene.registry.register(body);
  expect([status, error?.code]).toEqual([400, "INVALID_REQUEST"]);
  expect(text).not.toContain(marker);
  return (error?.details.problems ?? []).map(({ path }) => path);
}

describe("a registration is refused, with the path and without the value, when", () => {
  test.each<[path: string, body: object]>([
    ["service_name", { ...good, service_name: marker }],
    ["routes[0].limits.rules[1]", { ...good, routes: [{ ...route, limits: { rules: ["caller", marker] } }] }],
    [
      "routes[0].breakers.fallback.service",
      { ...good, routes: [{ ...route, breakers: { fallback: { service: "fields_service" } } }] },
    ],
    [
      "routes[0].breakers.fallback.headers.keep-alive",
      { ...good, routes: [{ ...route, breakers: { fallback: { status: 200, headers: { "keep-alive": marker } } } }] },
    ],
    ["service_name", { ...good, service_name: 7 }],
    ["service_name", { ...good, service_name: "" }],
    ["service_name", { ...good, service_name: "a".repeat(65) }],
    ["service_name", { host: "127.0.0.1", port: 9 }],
    ["instance_id", { ...good, instance_id: `${marker}/..` }],
    ["instance_id", { ...good, instance_id: "a".repeat(65) }],
    ["instance_id", { ...good, instance_id: "" }],
    ["host", { ...good, host: `${marker} b` }],
    ["host", { ...good, host: `http://${marker}` }],
    ["host", { ...good, host: `${marker}:80` }],
    ["host", { ...good, host: `${marker}@localhost` }],
    ["host", { ...good, host: `${marker}\r\nx: y` }],
    ["host", { ...good, host: "" }],
    ["host", { ...good, host: "127.1" }],
    ["host", { ...good, host: "2130706433" }],
    ["host", { ...good, host: "0x7f.0.0.1" }],
    ["host", { ...good, host: "0177.0.0.1" }],
    ["host", { ...good, host: "[::1]" }],
    ["host", { ...good, host: "1:2" }],
    ["host", { ...good, host: ":::1" }],
    ["host", { ...good, host: "fe80::1%lo" }],
    ["port", { ...good, port: 0 }],
    ["port", { ...good, port: 65536 }],
    ["port", { ...good, port: 80.5 }],
    ["port", { ...good, port: "80" }],
    ["port", { service_name: "fields_service", host: "127.0.0.1" }],
    ["check_endpoint", { ...good, check_endpoint: marker }],
    ["check_endpoint", { ...good, check_endpoint: `//${marker}/health` }],
    ["check_endpoint", { ...good, check_endpoint: `/\\${marker}/health` }],
    ["check_endpoint", { ...good, check_endpoint: `/${marker} HTTP/1.1\r\nx: y` }],
    ["check_endpoint", { ...good, check_endpoint: `http://${marker}/` }],
    ["check_endpoint", { ...good, check_endpoint: `@${marker}/` }],
    ["check_interval", { ...good, check_interval: 0.5 }],
    ["check_interval", { ...good, check_interval: 3601 }],
    ["check_interval", { ...good, check_interval: marker }],
    ["metadata", { ...good, metadata: marker }],
    ["metadata", { ...good, metadata: { note: marker.repeat(700) } }],
    [
      "metadata",
      { ...good, metadata: Object.fromEntries(Array.from({ length: 65 }, (_, at) => [`${marker}${at}`, 1])) },
    ],
    ["version", { ...good, version: marker.repeat(5) }],
    ["weight", { ...good, weight: 0 }],
    ["weight", { ...good, weight: 1001 }],
    ["lease_seconds", { ...good, lease_seconds: 2 }],
    ["lease_seconds", { ...good, lease_seconds: 3601 }],
    ["openapi", { ...good, openapi: `//${marker}` }],
    ["openapi", { ...good, openapi: { swagger: marker } }],
    ["openapi", { ...good, openapi: { openapi: "3.1.0", paths: {}, note: "x".repeat(1024 * 1024) } }],
    ["routes", { ...good, routes: [] }],
    ["routes", { ...good, routes: marker }],
    ["routes[0]", { ...good, routes: [marker] }],
    ["routes[0].path_prefix", { ...good, routes: [{}] }],
    ["routes[0].path_prefix", { ...good, routes: [{ path_prefix: `/elsewhere/${marker}` }] }],
    ["routes[0].path_prefix", { ...good, routes: [{ path_prefix: "/api/v1" }] }],
    ["routes[0].path_prefix", { ...good, routes: [{ path_prefix: "/api/v1/../x" }] }],
    ["routes[0].path_prefix", { ...good, routes: [{ path_prefix: "/api/v1/a%2fb" }] }],
    ["routes[0].path_prefix", { ...good, routes: [{ path_prefix: "/api/v1/a/" }] }],
    ["routes[0].methods", { ...good, routes: [{ ...route, methods: [] }] }],
    ["routes[0].methods[0]", { ...good, routes: [{ ...route, methods: [marker] }] }],
    ["routes[0].methods", { ...good, routes: [{ ...route, methods: ["GET", "GET"] }] }],
    ["routes[1].methods", { ...good, routes: [route, { ...route, methods: ["GET"] }] }],
    ["routes[0].strip_prefix", { ...good, routes: [{ ...route, strip_prefix: marker }] }],
    ["routes[0].timeout", { ...good, routes: [{ ...route, timeout: 0 }] }],
    ["routes[0].timeout", { ...good, routes: [{ ...route, timeout: 3601 }] }],
    ["routes[0].auth_required", { ...good, routes: [{ ...route, auth_required: marker }] }],
    ["routes[0].rate_limit", { ...good, routes: [{ ...route, rate_limit: null }] }],
    ["routes[0].circuit_breaker", { ...good, routes: [{ ...route, circuit_breaker: 1 }] }],
    ["routes[0].balance.policy", { ...good, routes: [{ ...route, balance: { policy: marker } }] }],
    ["routes[0].balance.hash_on", { ...good, routes: [{ ...route, balance: { hash_on: marker } }] }],
    ["routes[0].auth_requird", { ...good, routes: [{ ...route, auth_requird: marker }] }],
    ["ports", { ...good, ports: marker }],
  ])("%s is wrong: %#", async (path, body) => {
    expect(await pathsOf(body)).toEqual([path]);
  });

  test("it is no object at all", async () => {
    for (const body of [[], marker, 7, null, true]) expect(await pathsOf(body)).toHaveLength(1);
  });

  test("several fields are wrong, and all of them are named", async () => {
    const body = { ...good, service_name: marker, port: marker, weight: marker, routes: [{ timeout: marker }] };
    expect((await pathsOf(body)).toSorted()).toEqual([
      "port",
      "routes[0].path_prefix",
      "routes[0].timeout",
      "service_name",
      "weight",
    ]);
  });

  test("its metadata is nested a million deep", async () => {
    const deep = `${"[".repeat(1e6)}${"]".repeat(1e6)}`;
    const answer = await fetch(`${scene.gateway.url}/api/v1/services`, {
      method: "POST",
      headers: { authorization: `Bearer ${registrationKey}` },
      body: `{"service_name":"deep_service","port":9,"metadata":{"a":${deep}}}`,
    });
    expect(answer.status).toBe(400);
  });
});

test("nothing of what was refused is registered, and nothing of it stands in the log", async () => {
  expect((await scene.registry.list()).body).toEqual({ services: [] });
  expect(JSON.stringify(scene.gateway.lines)).not.toContain(marker);
  expect(scene.gateway.lines.filter(({ level }) => level === "error" || level === "warn")).toEqual([]);
});

test("whatever a service is called, a name of JavaScript's own included, it registers", async () => {
  for (const name of ["constructor", "x", "a".repeat(64)]) {
    const { status, body } = await scene.registry.register({ ...good, service_name: name });
    expect([status, body.routes?.[0]?.path_prefix]).toEqual([201, `/api/v1/${name}`]);
    const routed = await scene.registry.register({ ...good, service_name: name, routes: body.routes });
    expect(routed.status).toBe(200);
  }
});

test("everything that may be said is said back", async () => {
  const metadata = { build: 7, nested: { list: [null, true, "ä"] }, ["__proto__"]: "a key like any other" };
  const body = { ...good, service_name: "full_service", version: "2.0", weight: 3, lease_seconds: 60, metadata };
  const { body: answer } = await scene.registry.register(body);
  expect([answer.lease_seconds, answer.heartbeat_seconds]).toEqual([60, 20]);
  await scene.registry.waitForStatus("full_service", "failed");
  expect(await scene.registry.instance("full_service")).toEqual({
    instance_id: answer.instance_id,
    host: "127.0.0.1",
    port: 9,
    status: "failed",
    last_check: expect.stringMatching(/Z$/),
    checks: expect.any(Array),
    metadata,
    registered_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
    version: "2.0",
    weight: 3,
    in_flight: 0,
  });
});
