import { afterAll, afterEach, beforeAll, describe, expect, setDefaultTimeout, spyOn, test } from "bun:test";
import { gatewayService, type GatewayServiceOptions, type Lease } from "@isaas/gateway-sdk/service";
import { type AnyElysia, Elysia, t } from "elysia";
import { registrationKey } from "../../support/registry-client.ts";
import { openScene, type Scene } from "../../support/registry-scene.ts";
import { waitFor } from "../../support/wait-for.ts";

setDefaultTimeout(30_000);

let scene: Scene;
const apps: AnyElysia[] = [];

beforeAll(async () => {
  scene = await openScene();
});
afterEach(async () => {
  for (const app of apps.splice(0)) if (app.server !== null) await app.stop(true);
});
afterAll(() => scene.close());

/** The plugin, and the lease that it has told of. */
function service(name: string, more: Partial<GatewayServiceOptions> = {}) {
  const leases: Lease[] = [];
  const options = { name, gateway: scene.gateway.url, key: registrationKey, drainSeconds: 0, signals: false };
  const onEvent = ({ lease }: { lease: Lease }) => void leases.push(lease);
  const plugin = gatewayService({ ...options, onEvent, ...more } as GatewayServiceOptions);
  return { plugin, lease: () => leases[0] };
}

async function listen(app: AnyElysia, hostname = "127.0.0.1"): Promise<string> {
  apps.push(app);
  app.listen({ hostname, port: 0, reusePort: false });
  return String(app.server?.url.origin);
}

test("an app is registered with its address and its document, and left alone in its types", async () => {
  const { plugin } = service("greeter", { version: "3" });
  const app = new Elysia()
    .post("/hello", ({ body }) => ({ hello: body.name }), { body: t.Object({ name: t.String() }) })
    .use(plugin)
    .get("/later/:id", ({ params }) => ({ id: params.id }), { detail: { summary: "Added after the plugin" } });
  type Routes = (typeof app)["~Routes"];
  const body: Routes["hello"]["post"]["body"] = { name: "ada" };
  const answer: Routes["later"][":id"]["get"]["response"][200] = { id: "1" };
  expect([body, answer]).toEqual([{ name: "ada" }, { id: "1" }]);

  await listen(app);
  await scene.registry.waitForStatus("greeter_service", "healthy");
  expect(await scene.registry.instance("greeter_service")).toMatchObject({
    host: "127.0.0.1",
    port: Number(app.server?.port),
    version: "3",
  });
  expect((await scene.get("/greeter/later/7")).text).toBe('{"id":"7"}');
  const document = await (await fetch(`${scene.gateway.url}/swagger/json`)).json();
  expect(document.paths["/api/v1/greeter/later/{id}"].get.summary).toBe("Added after the plugin");
  expect(document.paths["/api/v1/greeter/hello"].post.requestBody.content["application/json"].schema).toMatchObject({
    properties: { name: { type: "string" } },
  });
  expect(document.paths["/api/v1/greeter/health"]).toBeUndefined();

  await app.stop();
  expect(await scene.registry.instance("greeter_service")).toBeUndefined();
});

test("an app that listens everywhere is found by the address it calls from", async () => {
  const { plugin } = service("everywhere");
  await listen(
    new Elysia().use(plugin).get("/", () => "here"),
    "0.0.0.0",
  );
  await scene.registry.waitForStatus("everywhere_service", "healthy");
  expect((await scene.registry.instance("everywhere_service"))?.host).toBe("127.0.0.1");
});

test("it leaves before it stops: what it has is finished, what comes gets 503, and it can listen again", async () => {
  let release = () => {};
  const isReleased = new Promise<void>((resolve) => (release = resolve));
  const { plugin } = service("stops", { drainSeconds: 1 });
  const app = new Elysia().use(plugin).get("/slow", () => isReleased.then(() => "done"));
  await listen(app);
  await scene.registry.waitForStatus("stops_service", "healthy");
  const slow = scene.get("/stops/slow");
  await waitFor("the request", async () => (await scene.registry.instance("stops_service"))?.in_flight === 1);
  const stopped = app.stop();
  await scene.registry.waitForStatus("stops_service", "draining");
  expect((await scene.get("/stops/slow")).status).toBe(503);
  await scene.registry.waitForStatus("stops_service", undefined);
  release();
  expect(await slow).toMatchObject({ status: 200, text: "done" });
  await stopped;

  await listen(app);
  await scene.registry.waitForStatus("stops_service", "healthy");
});

describe("the check", () => {
  test("is answered by the app's own /health where it has one", async () => {
    const { plugin } = service("ill");
    const app = new Elysia().use(plugin).get("/health", ({ status }) => status(503, "ill"));
    await listen(app);
    await scene.registry.waitForStatus("ill_service", "unhealthy");
  });

  test("is added below the app's prefix, under another name, and hidden", async () => {
    const { plugin } = service("prefixed", { checkEndpoint: "/alive" });
    const url = await listen(new Elysia({ prefix: "/v1" }).use(plugin).get("/x", () => "x"));
    await scene.registry.waitForStatus("prefixed_service", "healthy");
    expect(await (await fetch(`${url}/v1/alive`)).json()).toEqual({ status: "healthy" });
  });

  test("is left to an app that takes whatever comes", async () => {
    const { plugin } = service("greedy");
    const url = await listen(new Elysia().use(plugin).all("/*", ({ status }) => status(418, "teapot")));
    expect((await fetch(`${url}/health`)).status).toBe(418);
    await scene.registry.waitForStatus("greedy_service", "unhealthy");
  });

  test("is beside a route that takes one name", async () => {
    const { plugin } = service("named");
    const url = await listen(new Elysia().use(plugin).get("/:name", ({ params, status }) => status(404, params.name)));
    expect((await fetch(`${url}/health`)).status).toBe(200);
    expect((await fetch(`${url}/other`)).status).toBe(404);
  });
});

test("a document can be another one, none, too large to be sent, or not to be made at all", async () => {
  const described = async () => {
    const document = await (await fetch(`${scene.gateway.url}/swagger/json`)).json();
    return Object.keys(document.paths).filter((path) => path.includes("/paper"));
  };
  const own = { openapi: "3.1.0", info: { title: "own", version: "1" }, paths: { "/own": { get: { responses: {} } } } };
  const big = new Elysia().get("/big", () => "", { detail: { description: "x".repeat(1024 * 1024) } });
  for (const [app, openapi, wanted] of [
    [new Elysia().get("/x", () => ""), own, ["/api/v1/paper/own"]],
    [new Elysia().get("/x", () => ""), false, []],
    [big, undefined, []],
    [new Elysia().get("/x", () => "", { detail: { "x-big": 1n } as object }), undefined, []],
  ] as const) {
    const { plugin, lease } = service("paper", { openapi });
    const listening = (app as AnyElysia).use(plugin);
    await listen(listening);
    await waitFor("the registration", () => lease()?.state === "registered");
    if (wanted.length > 0) await waitFor("the document", async () => (await described()).length > 0);
    expect(await described()).toEqual([...wanted]);
    await listening.stop();
    await waitFor("it to be forgotten", async () => (await described()).length === 0);
  }
});

test("a plugin that comes late has its routes in the document", async () => {
  const { plugin } = service("lazy");
  const late = Bun.sleep(50).then(() => new Elysia().get("/late", () => "late"));
  await listen(new Elysia().use(plugin).use(late));
  await waitFor("the document", async () => {
    const document = await (await fetch(`${scene.gateway.url}/swagger/json`)).json();
    return "/api/v1/lazy/late" in document.paths;
  });
});

test("wrong options are told at once, and an app without a port is served all the same", () => {
  expect(() => service("Wrong Name")).toThrow("name: wanted");
  const { plugin } = service("socket");
  const app = new Elysia().use(plugin);
  const error = spyOn(console, "error").mockImplementation(() => {});
  app.listen({ unix: `/tmp/gateway-service-${process.pid}.sock` } as never);
  expect(String(error.mock.calls[0]?.[0])).toStartWith("socket is not registered: wanted the option port");
  error.mockRestore();
  void app.server?.stop(true);
});
