import { expect, test } from "bun:test";
import { waitFor } from "../support/wait-for.ts";
import { bodyOf, openSharedScene, openStranger, type SharedGateway } from "./shared-scene.ts";

/** A record such as a gateway writes, but for what is said here. */
function recordOf(service: string, said: object = {}): object {
  return {
    service_name: service,
    instance_id: "x",
    host: "127.0.0.1",
    port: 9,
    check_endpoint: "/health",
    check_interval: 1,
    metadata: {},
    weight: 1,
    routes: [routeAt(`/api/v1/${service}`)],
    lease_seconds: 3600,
    draining: false,
    registered_at: "2026-01-01T00:00:00.000Z",
    token_hashes: ["0".repeat(64)],
    ...said,
  };
}

function routeAt(path_prefix: string, said: object = {}): object {
  const open = { auth_required: false, rate_limit: false, circuit_breaker: false };
  return { path_prefix, strip_prefix: true, timeout: 30, ...open, ...said };
}

/** By key: what is not to be believed. */
const ignored: Readonly<Record<string, string>> = {
  "broken/x": "{",
  "null/x": "null",
  "list/x": "[]",
  "deep/x": "[".repeat(100_000),
  "no-slash": "{}",
  "": "{}",
  "__proto__/x": JSON.stringify(recordOf("__proto__")),
  "wrong_key/x": JSON.stringify(recordOf("other_name")),
  "wrong_id/y": JSON.stringify(recordOf("wrong_id")),
  "port/x": JSON.stringify(recordOf("port", { port: 70_000 })),
  "lease/x": JSON.stringify(recordOf("lease", { lease_seconds: 1e12 })),
  "interval/x": JSON.stringify(recordOf("interval", { check_interval: 0 })),
  "weight/x": JSON.stringify(recordOf("weight", { weight: 1e9 })),
  "host/x": JSON.stringify(recordOf("host", { host: "0x7f.1" })),
  "path/x": JSON.stringify(recordOf("path", { check_endpoint: "//elsewhere" })),
  "unknown/x": JSON.stringify(recordOf("unknown", { surprise: true })),
  "huge/x": JSON.stringify(recordOf("huge", { metadata: { text: "x".repeat(4 * 1024 * 1024) } })),
  "nested/x": JSON.stringify(recordOf("nested")).replace("{}", `{"a":${"[".repeat(3e5)}${"]".repeat(3e5)}}`),
  "routeless/x": JSON.stringify(recordOf("routeless", { routes: [] })),
  "outside/x": JSON.stringify(recordOf("outside", { routes: [routeAt("/outside")] })),
  "twice/x": JSON.stringify(recordOf("twice", { routes: [routeAt("/api/v1/twice"), routeAt("/api/v1/twice")] })),
  "listener/x": JSON.stringify(recordOf("listener", { routes: [routeAt("/api/v1/services/kept_service")] })),
  "login/x": JSON.stringify(recordOf("login", { routes: [routeAt("/api/v1/auth/token")] })),
  "core/x": JSON.stringify(recordOf("core", { routes: [routeAt("/api/v1/context/x")] })),
  "context_service/x": JSON.stringify(recordOf("context_service", { routes: [routeAt("/api/v1/context")] })),
};

const ignoredLines = ({ process }: SharedGateway) =>
  process.lines.filter(({ msg }) => msg.includes("not a registration"));

test("records that no gateway wrote are ignored with a warning, never dialled, and harm nobody", async () => {
  await using scene = await openSharedScene();
  const environment = { REGISTRATION_ALLOW: "127.0.0.1/32" };
  const gateways = [await scene.gateway(environment), await scene.gateway(environment)] as const;
  const [kept, trap] = [await scene.instance("kept"), await scene.instance("trap", "127.0.0.9")];
  const { instance_id: id } = await gateways[0].registry.bring(bodyOf("kept", kept, { lease_seconds: 3600 }));

  await using stranger = await openStranger(scene);
  const { instances, health, documents, members } = stranger;
  members.tell(JSON.stringify({ [`kept_service/${id}`]: "many" }));
  const well = (address: string) => JSON.stringify({ status: "healthy", address, streak: 1, checks: [] });
  await health.put(
    new Map([
      ["trap/x", well(trap.host)],
      ["named/x", well(trap.host)],
      ["nobody/x", "{"],
      ["", "[]"],
    ]),
  );
  await documents.put(
    new Map([
      ["kept_service", '{"openapi":1,"paths":7}'],
      ["nobody", "{"],
    ]),
  );
  const named = { host: "trap.invalid", port: trap.port };
  await instances.put(
    new Map([
      ...Object.entries(ignored),
      ["trap/x", JSON.stringify(recordOf("trap", { host: trap.host, port: trap.port }))],
      ["named/x", JSON.stringify(recordOf("named", named))],
    ]),
  );

  for (const gateway of gateways) {
    await waitFor("all warnings", () => ignoredLines(gateway).length >= Object.keys(ignored).length);
    expect((await gateway.get("/trap/x")).status).toBe(503);
    expect((await gateway.get("/named/x")).status).toBe(503);
  }
  // Some rounds of checks, of both gateways in turn.
  await Bun.sleep(1_500);
  for (const gateway of gateways) {
    expect((await gateway.get("/kept/x")).by).toBe("kept");
    const names = (await gateway.registry.list()).body.services.map(({ service_name: name }) => name);
    expect(names).toEqual(["kept_service", "named", "trap"]);
    expect((await gateway.registry.service("kept_service")).body.instances).toHaveLength(1);
    for (const path of ["/outside", "/api/v1/context/x", "/api/v1/auth/token"]) {
      expect((await fetch(gateway.process.url + path)).status).toBe(path.endsWith("/token") ? 405 : 404);
    }
    expect((await fetch(`${gateway.process.url}/swagger/json`)).status).toBe(200);
    expect(gateway.process.lines.filter(({ level }) => level === "error")).toEqual([]);
    expect(gateway.process.errors()).toBe("");
  }
  expect(await trap.seen()).toEqual({ checks: [], requests: [], held: 0 });
  // One that starts now reads all of it at once.
  const third = await scene.gateway(environment);
  expect((await third.get("/kept/x")).by).toBe("kept");
  await waitFor("its warnings", () => ignoredLines(third).length === Object.keys(ignored).length, 3_000);
}, 40_000);
