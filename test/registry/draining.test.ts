import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { openScene, type Scene } from "../support/registry-scene.ts";
import { waitFor } from "../support/wait-for.ts";

setDefaultTimeout(30_000);

let scene: Scene;
beforeAll(async () => {
  scene = await openScene();
});
afterAll(() => scene.close());

test("a draining instance finishes what it has, which can be counted, and gets nothing new", async () => {
  const { registry } = scene;
  const [leaves, stays] = await Promise.all([scene.instance("leaves"), scene.instance("stays")]);
  const service = { service_name: "drained_service", host: "127.0.0.1", check_interval: 1 };
  const { instance_id: id } = await registry.bring({ ...service, port: leaves.port });
  const held = [scene.get("/drained/hold"), scene.get("/drained/hold")];
  await waitFor("the requests", async () => (await leaves.seen()).held === 2);
  await registry.bring({ ...service, port: stays.port });

  expect((await registry.patch("drained_service", id, { status: "draining" })).body).toMatchObject({
    instance_id: id,
    status: "draining",
    in_flight: 2,
  });
  const replies = await Promise.all(Array.from({ length: 20 }, () => scene.get("/drained/x")));
  expect(replies.map(({ status, by }) => `${status} ${by}`)).toEqual(replies.map(() => "200 stays"));
  expect(await registry.instance("drained_service", id)).toMatchObject({ status: "draining", in_flight: 2 });
  const { checks, requests } = await leaves.seen();
  expect(requests).toEqual(["/hold", "/hold"]);

  await leaves.release();
  expect((await Promise.all(held)).map(({ status, by }) => `${status} ${by}`)).toEqual(["200 leaves", "200 leaves"]);
  await waitFor("nothing in flight", async () => (await registry.instance("drained_service", id))?.in_flight === 0);
  // Nobody asks how an instance is that is about to leave.
  await Bun.sleep(1300);
  expect((await leaves.seen()).checks.length).toBe(checks.length);
  expect((await registry.heartbeat("drained_service", id)).body.status).toBe("draining");
});

test("the last instance that drains leaves its route, where callers get 503", async () => {
  const { registry } = scene;
  const { port } = await scene.instance();
  const { instance_id: id } = await registry.bring({ service_name: "last_service", host: "127.0.0.1", port });
  await registry.patch("last_service", id, { status: "draining" });
  expect((await scene.get("/last/x")).status).toBe(503);
});

test("an instance that is taken back gets requests only after a good check", async () => {
  const { registry } = scene;
  const instance = await scene.instance();
  const { instance_id: id } = await registry.bring({
    service_name: "back_service",
    host: "127.0.0.1",
    port: instance.port,
    check_interval: 1,
  });
  await registry.patch("back_service", id, { status: "draining" });
  await instance.answerChecks({ status: 503 });
  expect((await registry.patch("back_service", id, { status: "starting" })).body).toMatchObject({
    status: "starting",
    checks: [],
    last_check: null,
  });
  await registry.waitForStatus("back_service", "unhealthy");
  expect((await scene.get("/back/x")).status).toBe(503);
  await instance.answerChecks({ status: 200 });
  await registry.waitForStatus("back_service", "healthy");
  expect((await scene.get("/back/x")).status).toBe(200);
});

test("draining twice, or taking back what never left, changes nothing", async () => {
  const { registry } = scene;
  const { port } = await scene.instance();
  const { instance_id: id } = await registry.bring({ service_name: "twice_service", host: "127.0.0.1", port });
  expect((await registry.patch("twice_service", id, { status: "starting" })).body.status).toBe("healthy");
  for (let round = 0; round < 2; round += 1) {
    expect((await registry.patch("twice_service", id, { status: "draining" })).body.status).toBe("draining");
  }
});

test("who registers while it drains is back in service after a good check", async () => {
  const { registry } = scene;
  const { port } = await scene.instance();
  const body = { service_name: "returns_service", host: "127.0.0.1", port };
  const { instance_id: id } = await registry.bring(body);
  await registry.patch("returns_service", id, { status: "draining" });
  expect((await registry.register(body)).body.status).toBe("starting");
  await registry.waitForStatus("returns_service", "healthy");
  expect((await scene.get("/returns/x")).status).toBe(200);
});

test("a removed instance finishes what it has; its route is gone, and removing it again is 404", async () => {
  const { registry } = scene;
  const instance = await scene.instance("removed");
  const { instance_id: id } = await registry.bring({
    service_name: "removed_service",
    host: "127.0.0.1",
    port: instance.port,
  });
  const held = scene.get("/removed/hold");
  await waitFor("the request", async () => (await instance.seen()).held === 1);
  const removed = await registry.remove("removed_service", id);
  expect([removed.status, removed.text]).toEqual([204, ""]);
  expect((await registry.remove("removed_service", id)).status).toBe(404);
  expect((await scene.get("/removed/x")).status).toBe(404);
  await instance.release();
  expect(await held).toMatchObject({ status: 200, by: "removed" });
});
