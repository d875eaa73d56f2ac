import { afterAll, afterEach, beforeEach, describe, expect, test } from "bun:test";
import { chmodSync, renameSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import type { Plugin } from "@isaas/gateway-sdk/plugin";
import type { Services } from "@isaas/gateway-sdk/services";
import { SettingsError } from "../../src/config/problem.ts";
import { corePlugins } from "../../src/core-plugins.ts";
import { FolderWatch } from "../../src/plugins-dir/folder-watch.ts";
import { loadGuests } from "../../src/plugins-dir/load-guests.ts";
import type { OptionsOf } from "../../src/plugins-dir/swap.ts";
import { plugin } from "../pipeline/plugins.ts";
import { type InProcessGateway, routeSetting, startInProcess } from "../support/in-process.ts";
import { waitFor } from "../support/wait-for.ts";
import { type PluginFolder, pluginCode, pluginFolder, stamping } from "./plugin-folder.ts";

const service = Bun.serve({ port: 0, hostname: "127.0.0.1", fetch: () => new Response("ok") });
afterAll(() => service.stop(true));

let folder: PluginFolder;
let scene: InProcessGateway;
let watch: FolderWatch | undefined;
let told: string[];
let optionsOf: OptionsOf;
beforeEach(() => {
  folder = pluginFolder();
  told = [];
  optionsOf = () => ({});
});
afterEach(async () => {
  watch?.close();
  await scene.stop();
  folder[Symbol.dispose]();
});

/** A gateway with what is in the directory, which is looked at only when told to. */
async function start(said: Readonly<Record<string, object>> = {}, plugins: readonly Plugin[] = []): Promise<void> {
  const { guests } = await loadGuests(folder.path, corePlugins);
  scene = await startInProcess({
    guests,
    plugins,
    environment: { SHOP_SERVICE_URL: service.url.origin },
    routes: [routeSetting({ service: "shop_service", path_prefix: "/shop", plugins: said })],
  });
  const { gateway } = scene;
  watch = new FolderWatch({
    directory: folder.path,
    guests,
    swap: (change) => gateway.swap(change, (...asked) => optionsOf(...asked)),
    onSwapped: (label, { next }) => void told.push(`${label} ${next === undefined ? "removed" : "loaded"}`),
    onRefused: (label, problems) =>
      void told.push(...problems.map(({ path, got }) => `${label} refused: ${path}: ${got}`)),
  });
}

const get = async (path: string): Promise<Response> => fetch(scene.url + path);
const stamp = async (name = "a"): Promise<string | null> => (await get("/shop/x")).headers.get(`x-${name}`);

test("a changed file, a new one, a renamed one and a removed one are followed", async () => {
  folder.write("a.ts", stamping("a", "one"));
  await start();
  folder.write("a.ts", stamping("a", "two"));
  folder.write("b.ts", stamping("b", "new"));
  await watch?.look();
  expect([await stamp(), await stamp("b")]).toEqual(["two", "new"]);
  folder.remove("b.ts");
  folder.write("c.ts", stamping("b", "renamed"));
  await watch?.look();
  expect(await stamp("b")).toBe("renamed");
  folder.remove("c.ts");
  await watch?.look();
  expect(await stamp("b")).toBeNull();
  expect(told).toEqual(["a.ts loaded", "b.ts loaded", "c.ts loaded", "c.ts removed"]);
});

test("a link that leads to another version by now is followed, as a mounted ConfigMap has it", async () => {
  folder.write("..v1/a.ts", stamping("a", "one"));
  symlinkSync("..v1", join(folder.path, "..data"));
  symlinkSync("..data/a.ts", join(folder.path, "a.ts"));
  await start();
  expect(await stamp("a")).toBe("one");
  folder.write("..v2/a.ts", stamping("a", "two"));
  symlinkSync("..v2", join(folder.path, "..new"));
  renameSync(join(folder.path, "..new"), join(folder.path, "..data"));
  rmSync(join(folder.path, "..v1"), { recursive: true });
  await watch?.look();
  expect(await stamp("a")).toBe("two");
});

test("endpoints and what stands around the gateway's own answers come and go", async () => {
  const code = (path: string): string =>
    pluginCode(
      "a",
      `{ endpoints: new Elysia().get("/${path}", () => "here"),
         own: (next) => (exchange) => { exchange.setHeader("x-own", "${path}"); return next(exchange); } }`,
    );
  folder.write("a.ts", code("one"));
  await start();
  expect((await get("/one")).headers.get("x-own")).toBe("one");
  folder.write("a.ts", code("two"));
  await watch?.look();
  expect([(await get("/one")).status, (await get("/two")).status]).toEqual([404, 200]);
  folder.remove("a.ts");
  await watch?.look();
  expect([(await get("/two")).status, (await get("/health")).headers.get("x-own")]).toEqual([404, null]);
});

describe("what must not be is refused, and all is as it was:", () => {
  test.each<[what: string, next: string, said: string]>([
    ["code that is none", "const = 1;", 'plugin a.ts: Expected identifier but found "="'],
    ["a set-up that throws", pluginCode("a", "", 'setup() { throw new Error("no"); },'), "plugin a.ts: setup: no"],
    ["a start that throws", pluginCode("a", '{ start() { throw new Error("no"); } }'), "plugin a.ts: start: no"],
    ["a route that throws", pluginCode("a", '{ route() { throw new Error("no"); } }'), "plugin a.ts: route: no"],
    [
      "a middleware that throws",
      pluginCode("a", '{ route: () => () => { throw new Error("no"); } }'),
      "plugin a.ts: route: no",
    ],
    [
      "a middleware that gives no handler",
      pluginCode("a", "{ route: () => () => 1 as never }"),
      "plugin a.ts: route: middleware: wanted a handler, got number",
    ],
    [
      "an endpoint of the gateway",
      pluginCode("a", '{ endpoints: new Elysia().get("/health", () => "") }'),
      "plugin a.ts: endpoints: endpoint GET /health: wanted one answer, got two",
    ],
    [
      "an endpoint above a route",
      pluginCode("a", '{ endpoints: new Elysia().get("/shop", () => "") }'),
      "plugin a.ts: endpoints: a route at /shop",
    ],
    [
      "other route options",
      stamping("a", "two", "routeOptions: Type.Object({ loud: Type.Boolean({ default: false }) }),"),
      "plugin a.ts: routeOptions: others",
    ],
    ["a name that another has", stamping("auth"), "plugin a.ts: name: it twice"],
    ["another name, where a route relies on this one", stamping("z"), "plugin a.ts: one that the route /shop names"],
    ["nothing, where a route relies on it", "", "plugin a.ts: one that the route /shop names"],
    [
      "a check of routes that does not like what a route says",
      stamping(
        "a",
        "two",
        'routeOptions: Type.Object({ n: Type.Integer({ default: 1 }) }), checkRoute: () => [{ path: "n", wanted: "2", got: "1" }],',
      ),
      "/shop: a.n: 1",
    ],
  ])("%s", async (_, next, said) => {
    folder.write("a.ts", stamping("a", "one", "routeOptions: Type.Object({ n: Type.Integer({ default: 1 }) }),"));
    await start({ a: { n: 1 } });
    if (next === "") folder.remove("a.ts");
    else folder.write("a.ts", next.includes("routeOptions") ? next : withRouteOptions(next));
    await watch?.look();
    expect(told).toEqual([`a.ts refused: ${said}`]);
    expect(await stamp()).toBe("one");
    expect((await get("/health")).status).toBe(200);
  });

  const withRouteOptions = (code: string): string =>
    code.replace("setup(", "routeOptions: Type.Object({ n: Type.Integer({ default: 1 }) }),\n  setup(");

  test("a guard that goes, and one that enforces less than before", async () => {
    folder.write("a.ts", stamping("a", "one", 'enforces: ["rate_limit"],'));
    folder.write("b.ts", stamping("b", "one", 'stage: "identity",'));
    await start();
    folder.remove("a.ts");
    folder.remove("b.ts");
    await watch?.look();
    folder.write("a.ts", stamping("a", "two"));
    await watch?.look();
    expect(told).toEqual([
      "a.ts refused: plugin a.ts: one that enforces rate_limit",
      "b.ts refused: plugin b.ts: one that says who is calling",
      "a.ts refused: plugin a.ts: enforces: none",
      // Asked to look, it tries again.
      "b.ts refused: plugin b.ts: one that says who is calling",
    ]);
    expect([await stamp(), await stamp("b")]).toEqual(["one", "one"]);
  });

  test("a file and a directory to which everybody may write, and one that is gone", async () => {
    folder.write("a.ts", stamping("a", "one"));
    await start();
    folder.write("a.ts", stamping("a", "two"));
    chmodSync(join(folder.path, "a.ts"), 0o666);
    await watch?.look();
    chmodSync(folder.path, 0o777);
    await watch?.look();
    await watch?.look();
    expect(told).toEqual([
      "a.ts refused: plugin a.ts: one to which everybody may write",
      `${folder.path} refused: plugins_dir: one to which everybody may write`,
    ]);
    expect(await stamp()).toBe("one");
  });

  test("one whose options are wrong by now", async () => {
    folder.write("a.ts", stamping("a", "one"));
    await start();
    optionsOf = () => {
      throw new SettingsError([{ path: "a_word", wanted: "a word", got: "none", source: "A_WORD" }]);
    };
    folder.write("a.ts", stamping("a", "two"));
    await watch?.look();
    optionsOf = () => {
      throw new Error("no settings");
    };
    await watch?.look();
    expect(told).toEqual(["a.ts refused: a_word: none", "a.ts refused: plugin a.ts: no settings"]);
    expect(await stamp()).toBe("one");
  });
});

test("requests that are inside when the gateway closes keep nothing open", async () => {
  const code = (value: string): string =>
    pluginCode(
      "a",
      `{ endpoints: new Elysia().get("/a/slow", async () => { await new Promise((resolve) => setTimeout(resolve, 300)); return "${value}"; }),
         close() { host.log.info({ copy: "${value}" }, "closed"); } }`,
    );
  folder.write("a.ts", code("one"));
  await start();
  const slow = get("/a/slow").catch(() => undefined);
  await Bun.sleep(50);
  folder.write("a.ts", code("two"));
  await watch?.look();
  expect(scene.lines.filter(({ msg }) => msg === "closed")).toEqual([]);
  await scene.stop();
  await slow;
  expect(scene.lines.filter(({ msg }) => msg === "closed").map(({ copy }) => copy)).toEqual(["one", "two"]);
});

test.each([
  ["refuse", 503],
  ["disable", 200],
])("a route that comes later, for which a plugin that may %s has no answer, answers %d", async (onFaults, status) => {
  folder.write(
    "a.ts",
    pluginCode(
      "a",
      '{ route(route) { if (route.service === "late_service") throw new Error("unknown"); return (next) => next; } }',
      `onFaults: "${onFaults}",`,
    ),
  );
  let services: Services | undefined;
  const publisher = plugin("publisher", {
    setup(host) {
      ({ services } = host);
      return {};
    },
  });
  await start({}, [publisher]);
  const { service: _service, plugins: _plugins, ...route } = routeSetting({ service: "", path_prefix: "/late" });
  const instance = { id: "i", url: service.url.origin, authority: undefined, weight: 1, open: true };
  services?.publish("late_service", { routes: [route], instances: [instance], lastCheck: () => null });
  expect((await get("/late/x")).status).toBe(status);
  expect((await get("/shop/x")).status).toBe(200);
  expect(await (await get("/metrics")).text()).toContain('gateway_plugin_faults_total{plugin="a",kind="route"} 1');
});

test("a plugin that cannot be closed, or explain itself, harms nobody", async () => {
  folder.write(
    "a.ts",
    pluginCode(
      "a",
      `{
    route: () => (next) => next,
    explain() { throw new Error("no words"); },
    close() { throw new Error("stuck"); },
  }`,
    ),
  );
  await start();
  expect(scene.gateway.explain("GET", "/shop/x").chain?.map(({ plugin }) => plugin)).toContain("a");
  folder.remove("a.ts");
  await watch?.look();
  await waitFor("the fault", () => scene.lines.some(({ fault }) => fault === "close"));
  const text = await (await get("/metrics")).text();
  expect(text).toContain('gateway_plugin_faults_total{plugin="a",kind="close"} 1');
  expect(text).toContain('gateway_plugin_faults_total{plugin="a",kind="explain"} 1');
  expect(told).toEqual(["a.ts removed"]);
});
