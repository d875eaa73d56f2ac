import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { Validator } from "@seriousme/openapi-schema-validator";
import { runGateway } from "../support/gateway.ts";
import { openScene, type Scene } from "../support/registry-scene.ts";
import { waitFor } from "../support/wait-for.ts";

setDefaultTimeout(20_000);

interface Document {
  readonly [key: string]: unknown;
  readonly paths: Readonly<Record<string, object>>;
}

let scene: Scene;
beforeAll(async () => {
  scene = await openScene({ DEBUG: "true", CHECK_UNHEALTHY_THRESHOLD: "1" });
});
afterAll(() => scene.close());

describe("gateway explain --url", () => {
  const explain = async (path: string) => runGateway(["explain", path, "--url", scene.gateway.url]);

  test("shows a registered service's route, its instances, and which of them take requests", async () => {
    const { registry } = scene;
    const instance = await scene.instance();
    const body = {
      service_name: "shown_service",
      host: "localhost",
      port: instance.port,
      instance_id: "blue-1",
      weight: 3,
    };
    expect((await explain("/api/v1/shown/x")).stdout).toContain("404 NOT_FOUND");
    await registry.bring(body);
    await registry.register({ ...body, port: 9, instance_id: "green-1", weight: 1 });
    const { code, stdout } = await explain("/api/v1/shown/x");
    expect(code).toBe(0);
    expect(stdout).toMatch(/^route +\/api\/v1\/shown {2}\(GET, HEAD, POST, /m);
    expect(stdout).toMatch(/^service +shown_service, as \/x$/m);
    expect(stdout).toMatch(
      new RegExp(`^instance +http://127\\.0\\.0\\.1:${instance.port} {2}\\(id blue-1, weight 3, 0 in flight\\)$`, "m"),
    );
    expect(stdout).toMatch(/^instance +http:\/\/localhost:9 {2}\(id green-1, closed, 0 in flight\)$/m);

    await registry.patch("shown_service", "blue-1", { status: "draining" });
    expect((await explain("/api/v1/shown/x")).stdout).toContain("none: 503 SERVICE_UNAVAILABLE");
    await registry.remove("shown_service", "blue-1");
    await registry.remove("shown_service", "green-1");
    expect((await explain("/api/v1/shown/x")).code).toBe(1);
  });
});

describe("the log", () => {
  test("tells the whole life of an instance, with the reason of each change", async () => {
    const { registry } = scene;
    const instance = await scene.instance();
    const service_name = "logged_service";
    const body = { service_name, instance_id: "one", host: "127.0.0.1", port: instance.port, check_interval: 1 };
    await registry.bring(body);
    await instance.answerChecks({ status: 500 });
    await registry.waitForStatus(service_name, "unhealthy");
    await instance.kill();
    await registry.waitForStatus(service_name, "failed");
    await registry.patch(service_name, "one", { status: "draining" });
    await registry.patch(service_name, "one", { status: "starting" });
    await registry.waitForStatus(service_name, "failed");
    await registry.remove(service_name, "one");
    const expected = [
      "-> starting: registered",
      "starting -> healthy: answered 200",
      "healthy -> unhealthy: answered 500",
      "unhealthy -> failed: connection refused",
      "failed -> draining: asked to leave",
      "draining -> starting: taken back",
      "starting -> failed: connection refused",
      "-> stopped: removed",
    ];
    await waitFor("the log", () => scene.turnsOf(service_name).some((turn) => turn.includes("stopped")));
    expect(scene.turnsOf(service_name)).toEqual(expected);
  });
});

describe("/swagger/json", () => {
  test("has the registry's operations and is valid, with and without services", async () => {
    const read = async () => (await (await fetch(`${scene.gateway.url}/swagger/json`)).json()) as Document;
    const check = async (document: Document) => new Validator().validate(structuredClone(document));
    const document = await read();
    const instance = "/api/v1/services/{name}/instances/{id}";
    expect(Object.keys(document.paths["/api/v1/services"] ?? {}).toSorted()).toEqual(["get", "post"]);
    expect(Object.keys(document.paths["/api/v1/services/{name}"] ?? {})).toEqual(["get"]);
    expect(Object.keys(document.paths[instance] ?? {}).toSorted()).toEqual(["delete", "patch"]);
    expect(Object.keys(document.paths[`${instance}/heartbeat`] ?? {})).toEqual(["put"]);
    expect(await check(document)).toEqual({ valid: true });

    const { port } = await scene.instance();
    const openapi = {
      openapi: "3.0.3",
      info: { title: "Described", version: "1" },
      paths: { "/things": { get: { summary: "Things", responses: { 200: { description: "All of them" } } } } },
    };
    await scene.registry.bring({ service_name: "described_service", host: "127.0.0.1", port, openapi });
    expect(await check(await read())).toEqual({ valid: true });
  });
});
