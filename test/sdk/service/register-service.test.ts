import { afterAll, afterEach, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Lease, registerService, type ServiceOptions } from "@isaas/gateway-sdk/service";
import { freePort } from "../../support/free-port.ts";
import { startGateway } from "../../support/gateway.ts";
import { registrationKey } from "../../support/registry-client.ts";
import { openScene, type Scene } from "../../support/registry-scene.ts";
import { clientSecret, usersContent } from "../../support/users-file.ts";
import { waitFor } from "../../support/wait-for.ts";
import { recordEvents } from "./record-events.ts";

setDefaultTimeout(30_000);

const directory = mkdtempSync(join(tmpdir(), "register-service-"));
let scene: Scene;
const leases: Lease[] = [];
/** A lease of 3 s that outlives the other tests. */
let kept: { readonly lease: Lease; readonly events: readonly string[]; readonly sinceMs: number };

beforeAll(async () => {
  const users = join(directory, "users.json");
  writeFileSync(users, JSON.stringify(await usersContent()));
  scene = await openScene({ USERS_FILE: users });
  const { port } = await scene.instance("kept");
  kept = { ...(await register({ name: "kept", port, leaseSeconds: 3 })), sinceMs: performance.now() };
  leases.length = 0;
});
afterEach(async () => {
  await Promise.all(leases.splice(0).map((lease) => lease.close()));
});
afterAll(async () => {
  await kept.lease.close();
  await scene.close();
  rmSync(directory, { recursive: true, force: true });
});

async function register(options: Partial<ServiceOptions> & { name: string; port: number }) {
  const { events, onEvent } = recordEvents();
  const access = options.credentials === undefined ? { key: registrationKey } : {};
  const given = { gateway: scene.gateway.url, drainSeconds: 0, onEvent, ...access, ...options } as ServiceOptions;
  const lease = await registerService(given);
  leases.push(lease);
  return { lease, events };
}

describe("a service that registers", () => {
  test("is called through the gateway, without saying its host, and is gone when it closes", async () => {
    const { port } = await scene.instance("one");
    const { lease, events } = await register({
      name: "intent",
      port,
      version: "7",
      weight: 3,
      metadata: { zone: "a" },
    });
    expect([lease.service, lease.state, lease.error]).toEqual(["intent_service", "registered", undefined]);
    expect(await lease.registered).toBe(true);
    expect(lease.routes.map(({ path_prefix }) => path_prefix)).toEqual(["/api/v1/intent"]);
    await scene.registry.waitForStatus("intent_service", "healthy");
    expect(await scene.registry.instance("intent_service")).toMatchObject({
      instance_id: String(lease.instanceId),
      host: "127.0.0.1",
      port,
      version: "7",
      weight: 3,
      metadata: { zone: "a" },
    });
    expect(await scene.get("/intent/x")).toMatchObject({ status: 200, by: "one" });

    await lease.close();
    expect([lease.state, lease.instanceId, lease.routes]).toEqual(["closed", undefined, []]);
    expect(await scene.registry.instance("intent_service")).toBeUndefined();
    expect(events).toEqual(["registered", "draining", "closed"]);
    await lease.close();
    await lease.drain();
    expect(events).toHaveLength(3);
  });

  test("registers again when its lease is unknown", async () => {
    const { port } = await scene.instance("again");
    const { lease, events } = await register({ name: "again", port, leaseSeconds: 3 });
    const id = String(lease.instanceId);
    await scene.registry.remove("again_service", id);
    await waitFor("it to be back", async () => (await scene.registry.instance("again_service", id)) !== undefined);
    await waitFor("its own news", () => lease.state === "registered");
    expect(events).toEqual(["registered"]);
  });

  test("drains: it finishes what it has and gets nothing new, and stays out", async () => {
    const instance = await scene.instance("drained");
    const { lease, events } = await register({ name: "drains", port: instance.port, leaseSeconds: 3 });
    await scene.registry.waitForStatus("drains_service", "healthy");
    const held = scene.get("/drains/hold");
    await waitFor("the request", async () => (await instance.seen()).held === 1);
    await lease.drain();
    expect((await scene.registry.instance("drains_service"))?.status).toBe("draining");
    expect((await scene.get("/drains/x")).status).toBe(503);
    await waitFor("a heartbeat", () => lease.status === "draining");
    await instance.release();
    expect((await held).status).toBe(200);
    await scene.registry.remove("drains_service", String(lease.instanceId));
    await waitFor("the news", () => lease.instanceId === undefined);
    expect([lease.state, await scene.registry.instance("drains_service")]).toEqual(["draining", undefined]);
    await lease.close();
    expect(events).toEqual(["registered", "draining", "closed"]);
  });

  test("has its own routes, and can be disposed of", async () => {
    const { port } = await scene.instance("routed");
    const routes = [{ path_prefix: "/api/v1/routed/v2", methods: ["GET"], timeout: 3 }] as const;
    {
      await using lease = await registerService({
        name: "routed-things",
        port,
        routes,
        gateway: `${scene.gateway.url}/`,
        key: registrationKey,
        drainSeconds: 0,
      });
      expect([lease.service, lease.routes]).toMatchObject(["routed_things_service", routes]);
      await scene.registry.waitForStatus("routed_things_service", "healthy");
      expect((await scene.get("/routed/v2/x")).by).toBe("routed");
    }
    expect(await scene.registry.instance("routed_things_service")).toBeUndefined();
  });
});

describe("a service that may not register", () => {
  test("hears why, and goes on", async () => {
    const { lease, events } = await register({ name: "wrong", port: 9, checkInterval: 0, weight: 0 });
    expect([lease.state, lease.error?.code, lease.error?.status]).toEqual(["refused", "INVALID_REQUEST", 400]);
    expect(lease.error?.message).toContain("check_interval: wanted");
    expect(lease.error?.message).toContain("weight: wanted");
    await lease.close();
    expect(await lease.registered).toBe(false);
    expect(events).toEqual(["refused: INVALID_REQUEST", "closed"]);
  });

  test("has a wrong key, which no message tells", async () => {
    const { lease } = await register({ name: "keyless", port: 9, key: "not-the-key-of-this-gateway-at-all" });
    expect([lease.state, lease.error?.code]).toEqual(["refused", "AUTH_ERROR"]);
    expect(JSON.stringify([lease.error, lease.error?.message, lease.error?.stack])).not.toContain("not-the-key");
  });

  test("wants what is another's", async () => {
    const { port } = await scene.instance("owner");
    await register({ name: "owner", port });
    const { lease } = await register({ name: "thief", port: 9, routes: [{ path_prefix: "/api/v1/owner" }] });
    expect([lease.state, lease.error?.code, lease.error?.details["owner"]]).toEqual([
      "refused",
      "CONFLICT",
      "owner_service",
    ]);
    expect(lease.error?.message).toContain("The owner is owner_service.");
  });
});

describe("a service with a client's credentials", () => {
  const credentials = { clientId: "billing", clientSecret };

  test("gets a token and registers what the client may", async () => {
    const { port } = await scene.instance("billing");
    const { lease } = await register({ name: "billing", port, credentials });
    expect(lease.state).toBe("registered");
    const { lease: other } = await register({ name: "other", port, credentials });
    expect([other.state, other.error?.code]).toEqual(["refused", "INSUFFICIENT_SCOPE"]);
  });

  test("gets no token for a wrong secret", async () => {
    const wrong = { clientId: "billing", clientSecret: "100% wrong: ü" };
    const { lease } = await register({ name: "billing", port: 9, credentials: wrong });
    expect([lease.state, lease.error?.code]).toEqual(["refused", "AUTH_ERROR"]);
  });
});

describe("a gateway that is away", () => {
  test("is no reason not to start: the service is registered when it comes, and again after kill -9", async () => {
    const { port } = await scene.instance("patient");
    const at = await freePort();
    const { lease, events } = await register({ name: "patient", port, gateway: `http://127.0.0.1:${at}` });
    expect([lease.state, lease.error?.code]).toEqual(["connecting", "UNREACHABLE"]);

    const environment = { PORT: String(at), REGISTRATION_KEY: registrationKey, LEASE_SECONDS: "3" };
    let gateway = await startGateway(environment);
    expect(await lease.registered).toBe(true);
    expect(lease.error).toBeUndefined();

    gateway.process.kill("SIGKILL");
    await gateway.process.exited;
    await waitFor("the loss", () => lease.state === "connecting");
    gateway = await startGateway(environment);
    await waitFor("it to be back", () => lease.state === "registered");
    await gateway.waitForLine(({ msg, to }) => msg === "instance status" && to === "healthy");

    gateway.process.kill("SIGKILL");
    await gateway.process.exited;
    await lease.close();
    expect(lease.state).toBe("closed");
    expect(new Set(events)).toEqual(
      new Set(["connecting: UNREACHABLE", "registered", "draining", "draining: UNREACHABLE", "closed"]),
    );
  });

  test("is left for another one on the same store", async () => {
    const { port } = await scene.instance("two");
    const gateway = [`http://127.0.0.1:${await freePort()}`, scene.gateway.url];
    const { lease, events } = await register({ name: "two", port, gateway });
    expect([lease.state, events]).toEqual(["registered", ["registered"]]);
  });
});

test("a service keeps its lease for as long as it is there, and hears how it is", async () => {
  await waitFor("the end of the first lease", () => performance.now() - kept.sinceMs > 4000);
  expect((await scene.registry.instance("kept_service"))?.status).toBe("healthy");
  expect([kept.lease.status, kept.events]).toEqual(["healthy", ["registered"]]);
});
