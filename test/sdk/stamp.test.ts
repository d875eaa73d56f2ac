import { afterAll, beforeAll, expect, test } from "bun:test";
import { join } from "node:path";
import { startGateway } from "@isaas/gateway-sdk/testing";
import stamp from "../../sdk/examples/plugins/stamp.ts";
import { type InProcessGateway, readSettings, routeSetting, startInProcess } from "../support/in-process.ts";

let gateway: InProcessGateway;

const service = Bun.serve({
  port: 0,
  hostname: "127.0.0.1",
  fetch: () => new Response("ok", { headers: { "server-timing": "service;dur=1" } }),
});

beforeAll(async () => {
  gateway = await startInProcess({
    plugins: [stamp],
    environment: { SHOP_SERVICE_URL: service.url.origin, STAMP_LABEL: "front" },
    routes: [
      routeSetting({ service: "shop_service", path_prefix: "/shop" }),
      routeSetting({ service: "shop_service", path_prefix: "/shop/quiet", plugins: { stamp: { hidden: true } } }),
    ],
  });
});

afterAll(async () => {
  await gateway.stop();
  await service.stop(true);
});

const timingOf = async (path: string) => (await fetch(gateway.url + path)).headers.get("server-timing");

test("the sample plugin stamps an answer, under the name that its setting gives", async () => {
  expect(await timingOf("/shop/x")).toMatch(/^front;dur=\d+\.\d$/);
});

test("a route that says so is left unstamped: the plugin is not in its chain", async () => {
  expect(await timingOf("/shop/quiet")).toBe("service;dur=1");
  const pluginsOf = (path: string) => gateway.gateway.explain("GET", path).chain?.map(({ plugin }) => plugin);
  expect(pluginsOf("/shop")).toContain("stamp");
  expect(pluginsOf("/shop/quiet")).not.toContain("stamp");
});

test("a setting that does not fit stops the start", () => {
  expect(() => readSettings({ plugins: [stamp], environment: { STAMP_LABEL: "Two Words" } })).toThrow("stamp_label");
});

test("the executable runs its file as it is", async () => {
  await using gateway = await startGateway({
    executable: join(import.meta.dirname, "../../dist/gateway"),
    plugins: [join(import.meta.dirname, "../../sdk/examples/plugins/stamp.ts")],
    settings: {
      shop_service_url: service.url.origin,
      stamp_label: "front",
      routes: [{ service: "shop_service", path_prefix: "/shop", auth_required: false }],
    },
  });
  expect((await gateway.fetch("/shop/x")).headers.get("server-timing")).toMatch(/^front;dur=\d+\.\d$/);
});
