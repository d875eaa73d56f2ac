import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { writeSettings } from "../support/config-file.ts";
import type { InstanceProcess } from "../support/instance-process.ts";
import { openScene, type Scene } from "../support/registry-scene.ts";
import { waitFor } from "../support/wait-for.ts";
import { asAdmin } from "../support/token.ts";

setDefaultTimeout(20_000);

let outer: Scene;
let scene: Scene;
let fixed: InstanceProcess;

beforeAll(async () => {
  outer = await openScene();
  fixed = await outer.instance("fixed");
  const config = writeSettings({
    routes: [
      { service: "fixed_service", path_prefix: "/legacy/fixed", balance: { policy: "round_robin" } },
      { service: "later_service", path_prefix: "/api/v1/later", strip_prefix: false },
      // The operator may put one service below another, and a core service elsewhere.
      { service: "above_service", path_prefix: "/api/v1/tree" },
      { service: "below_service", path_prefix: "/api/v1/tree/branch" },
      { service: "wide_service", path_prefix: "/api" },
      { service: "intent_service", path_prefix: "/api/v1/intent", auth_required: false },
    ],
  });
  scene = await openScene({ CONFIG: config, FIXED_SERVICE_URL: `http://127.0.0.1:${fixed.port}` });
});
afterAll(async () => {
  await Promise.all([scene.close(), outer.close()]);
});

const call = async (path: string) => {
  const answer = await fetch(scene.gateway.url + path, { headers: asAdmin() });
  return { status: answer.status, by: /"by":"([^"]*)"/.exec(await answer.text())?.[1] };
};

describe("a service of the settings", () => {
  test("is served with its own instances, and with registered ones beside them", async () => {
    const { registry } = scene;
    expect(await call("/legacy/fixed/x")).toEqual({ status: 200, by: "fixed" });
    const joins = await scene.instance("joins");
    const { instance_id: id, routes } = await registry.bring({
      service_name: "fixed_service",
      host: "127.0.0.1",
      port: joins.port,
    });
    expect(routes.map(({ path_prefix: prefix }) => prefix)).toEqual(["/legacy/fixed"]);
    const by = [];
    for (let round = 0; round < 20; round += 1) by.push((await call("/legacy/fixed/x")).by);
    expect(new Set(by)).toEqual(new Set(["fixed", "joins"]));

    const { instances } = (await registry.service("fixed_service")).body;
    expect(instances.map(({ port, status, registered_at: at }) => [port, status, at === null])).toEqual([
      [fixed.port, "healthy", true],
      [joins.port, "healthy", false],
    ]);
    await registry.remove("fixed_service", id);
    expect(await call("/legacy/fixed/x")).toEqual({ status: 200, by: "fixed" });
  });

  test("cannot have its own instances renewed, drained or removed", async () => {
    const { registry } = scene;
    const [own] = (await registry.service("fixed_service")).body.instances;
    const id = encodeURIComponent(own?.instance_id ?? "");
    const answers = [
      await registry.heartbeat("fixed_service", id),
      await registry.patch("fixed_service", id, { status: "draining" }),
      await registry.remove("fixed_service", id),
    ];
    for (const { status } of answers) expect(status).toBeOneOf([400, 404]);
    expect(await call("/legacy/fixed/x")).toEqual({ status: 200, by: "fixed" });
  });

  test("refuses instances that say other routes", async () => {
    const routes = [{ path_prefix: "/api/v1/fixed" }];
    const { status, error } = await scene.registry.register({
      service_name: "fixed_service",
      host: "127.0.0.1",
      port: 9,
      routes,
    });
    expect([status, error?.details.owner]).toEqual([409, "fixed_service"]);
  });

  test("without a URL has its routes with 503 until an instance comes, and again when it has left", async () => {
    const { registry } = scene;
    expect(await call("/api/v1/later/x")).toEqual({ status: 503, by: undefined });
    const { port } = await scene.instance("later");
    const body = { service_name: "later_service", host: "127.0.0.1", port };
    const { instance_id: id } = await registry.bring(body);
    expect(await call("/api/v1/later/x")).toEqual({ status: 200, by: "later" });
    await registry.remove("later_service", id);
    expect(await call("/api/v1/later/x")).toEqual({ status: 503, by: undefined });
  });

  test.each([
    ["above_service", "/api/v1/tree/x"],
    ["below_service", "/api/v1/tree/branch/x"],
    ["wide_service", "/api/x"],
    ["intent_service", "/api/v1/intent/x"],
  ])("keeps the routes that the operator chose, as %s at %s does, when instances register", async (service, path) => {
    const { registry } = scene;
    const { port } = await scene.instance(service);
    await registry.bring({ service_name: service, host: "127.0.0.1", port });
    expect(await call(path)).toEqual({ status: 200, by: service });
    await waitFor("the listing", async () =>
      (await registry.list()).body.services.some((one) => one.service_name === service),
    );
  });
});
