import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { openScene, type Scene } from "../support/registry-scene.ts";
import { waitFor } from "../support/wait-for.ts";

setDefaultTimeout(30_000);

let scene: Scene;
beforeAll(async () => {
  scene = await openScene({ LEASE_SECONDS: "3" });
});
afterAll(() => scene.close());

// Leases are seconds long: waiting together costs no more than waiting once.
describe.concurrent("a lease", () => {
  test("that runs out takes the instance and its route with it, and the log says why", async () => {
    const { registry, gateway } = scene;
    const { port } = await scene.instance();
    const { lease_token, instance_id: id } = await registry.bring({
      service_name: "over_service",
      host: "127.0.0.1",
      port,
    });
    expect((await scene.get("/over/x")).status).toBe(200);
    await registry.waitForStatus("over_service", undefined);
    expect((await scene.get("/over/x")).status).toBe(404);
    expect((await registry.service("over_service")).status).toBe(404);
    expect((await registry.heartbeat("over_service", id, lease_token)).status).toBe(404);
    await gateway.waitForLine(
      ({ msg, instance, to, reason }) =>
        msg === "instance status" && instance === id && to === "stopped" && reason === "lease ran out",
    );
  });

  test("that is renewed keeps its instance, although its checks fail", async () => {
    const { registry } = scene;
    const body = { service_name: "kept_service", host: "127.0.0.1", port: 9, check_interval: 1 };
    const { instance_id: id, lease_token: token } = (await registry.register(body)).body;
    const start = performance.now();
    while (performance.now() - start < 5000) {
      const { status, body: answer } = await registry.heartbeat("kept_service", id, token);
      expect([status, answer]).toEqual([
        200,
        {
          service_name: "kept_service",
          instance_id: id,
          status: expect.stringMatching(/^(starting|failed)$/),
          lease_seconds: 3,
          heartbeat_seconds: 1,
        },
      ]);
      await Bun.sleep(1000);
    }
    await registry.waitForStatus("kept_service", undefined);
  });

  test("is renewed by registering again, too", async () => {
    const { registry } = scene;
    const body = { service_name: "anew_service", host: "127.0.0.1", port: 9 };
    const statuses: number[] = [];
    for (let round = 0; round < 5; round += 1) {
      statuses.push((await registry.register(body)).status);
      await Bun.sleep(1200);
    }
    expect(statuses).toEqual([201, 200, 200, 200, 200]);
  });

  test("that runs out costs the callers of the other instances nothing", async () => {
    const { registry } = scene;
    const [stays, leaves] = await Promise.all([scene.instance("stays"), scene.instance("leaves")]);
    const service = { service_name: "pair_service", host: "127.0.0.1" };
    const kept = await registry.bring({ ...service, port: stays.port, lease_seconds: 60 });
    const gone = await registry.bring({ ...service, port: leaves.port });
    const statuses = new Map<number, number>();
    await waitFor("the eviction", async () => {
      const { status } = await scene.get("/pair/x");
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
      return (await registry.instance("pair_service", gone.instance_id)) === undefined;
    });
    expect([...statuses.keys()]).toEqual([200]);
    expect(await scene.get("/pair/x")).toMatchObject({ status: 200, by: "stays" });
    expect(await registry.instance("pair_service", kept.instance_id)).toMatchObject({ status: "healthy" });
  });

  test("of a stopped gateway is not counted while it could hear nobody", async () => {
    const paused = await openScene();
    const body = { service_name: "heard_service", host: "127.0.0.1", port: 9, lease_seconds: 5 };
    const { instance_id: id } = (await paused.registry.register(body)).body;
    paused.gateway.process.kill("SIGSTOP");
    await Bun.sleep(7000);
    paused.gateway.process.kill("SIGCONT");
    await Bun.sleep(1500);
    expect((await paused.registry.heartbeat("heard_service", id)).status).toBe(200);
    await paused.close();
  });
});
