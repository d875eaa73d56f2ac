import { describe, expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { writeSettings } from "../support/config-file.ts";
import { type GatewayProcess, startGateway } from "../support/gateway.ts";
import { residentMib } from "../support/memory.ts";
import { signToken } from "../support/token.ts";
import { waitFor } from "../support/wait-for.ts";
import { pluginCode, pluginFolder, stamping } from "./plugin-folder.ts";
import { scenes } from "./scene.ts";

const [, openScene] = scenes[0] ?? [];
if (openScene === undefined) throw new Error("no scene");

/** SIGHUP, and wait until all that has been looked at. */
async function reload(gateway: Pick<GatewayProcess, "pid" | "lines">): Promise<void> {
  const reloads = (): number => gateway.lines.filter(({ msg }) => msg === "reloaded").length;
  const before = reloads();
  process.kill(gateway.pid, "SIGHUP");
  await waitFor("the reload", () => reloads() > before);
}

describe("a file that changes while the gateway runs", () => {
  test("is noticed by itself, and the next request meets what it says now", async () => {
    using folder = pluginFolder({
      "a.ts": stamping("a", "one"),
      "b/index.ts": 'export { default } from "./b.ts";',
      "b/b.ts": stamping("b", "one"),
      "d.ts": stamping("d", "one"),
    });
    await using scene = await openScene(folder.path);
    const stamps = async (): Promise<unknown> => {
      const { headers } = await scene.get("/shop/x");
      return ["x-a", "x-b", "x-c", "x-d"].map((name) => headers.get(name));
    };
    expect(await stamps()).toEqual(["one", "one", null, "one"]);
    folder.write("a.ts", stamping("a", "two"));
    folder.write("b/b.ts", stamping("b", "two"));
    folder.write("c.ts", stamping("c", "new"));
    folder.remove("d.ts");
    await waitFor("all of it", async () => Bun.deepEquals(await stamps(), ["two", "two", "new", null]));
  });

  test("is set up with its options, its endpoints take the place of the old ones, also in the document", async () => {
    const code = (value: string, path: string): string =>
      pluginCode(
        "a",
        `{ endpoints: new Elysia().get("/a/${path}", () => "${value} " + options.a_word, { detail: { summary: "${value}" } }),
           own: (next) => (exchange) => { exchange.setHeader("x-own", "${value}"); return next(exchange); } }`,
        `options: Type.Object({ a_word: Type.String({ default: "hello ${value}" }) }),`,
      );
    using folder = pluginFolder({ "a.ts": code("one", "x") });
    const gateway = await startGateway({ A_WORD: "moin" }, ["--plugins", folder.path]);
    const get = (path: string): Promise<Response> => fetch(gateway.url + path);
    expect(await (await get("/a/x")).text()).toBe("one moin");
    folder.write("a.ts", code("two", "y"));
    await reload(gateway);
    expect((await get("/a/x")).status).toBe(404);
    const answer = await get("/a/y");
    expect([await answer.text(), answer.headers.get("x-own")]).toEqual(["two moin", "two"]);
    const { paths } = (await (await get("/swagger/json")).json()) as { paths: Record<string, object> };
    expect(Object.keys(paths).filter((path) => path.startsWith("/a/"))).toEqual(["/a/y"]);
    folder.remove("a.ts");
    await reload(gateway);
    expect((await get("/a/y")).status).toBe(404);
    expect((await get("/health")).headers.get("x-own")).toBeNull();
    await gateway.stop();
  });

  test("lets requests that are inside finish on the old copy, their streams too; then that one is closed", async () => {
    const code = (value: string): string =>
      pluginCode(
        "a",
        `{
    endpoints: new Elysia().get("/a/stream", async function* () { for (let n = 0; n < 8; n += 1) { yield "${value} "; await Bun.sleep(100); } }),
    route: () => (next) => async (exchange) => {
      await new Promise((resolve) => setTimeout(resolve, 400));
      exchange.setHeader("x-a", "${value}");
      return next(exchange);
    },
    close() { host.log.info({ copy: "${value}" }, "a copy is closed"); },
  }`,
      );
    using folder = pluginFolder({ "a.ts": code("one") });
    await using scene = await openScene(folder.path);
    const isClosed = (): boolean => scene.lines.some(({ msg }) => msg === "a copy is closed");
    const slow = scene.get("/shop/x");
    const stream = scene.get("/a/stream");
    await Bun.sleep(50);
    folder.write("a.ts", code("two"));
    await reload(scene);
    const next = scene.get("/shop/x");
    expect((await slow).headers.get("x-a")).toBe("one");
    expect((await next).headers.get("x-a")).toBe("two");
    expect(isClosed()).toBe(false);
    expect((await stream).text).toBe("one ".repeat(8));
    await waitFor("the old copy to be closed", isClosed);
    expect(scene.lines.filter(({ copy }) => copy === "two")).toEqual([]);
  });

  test("takes its timers with it, and nothing of the gateway's", async () => {
    const code = (value: string): string =>
      pluginCode(
        "a",
        "{ route: () => undefined }",
        `setup(host) {
    const numbers = host.store.table("numbers");
    setInterval(() => host.log.info({ copy: "${value}" }, "tick"), 20);
    return { endpoints: new Elysia().get("/a/put", async () => { await numbers.put(new Map([["n", "${value}"]])); return numbers.entries.get("n"); }) };
  },`,
      );
    using folder = pluginFolder({ "a.ts": code("one") });
    await using scene = await openScene(folder.path);
    const ticks = (copy: string): number => scene.lines.filter((line) => line["copy"] === copy).length;
    await waitFor("a tick", () => ticks("one") > 0);
    expect((await scene.get("/a/put")).text).toBe("one");
    folder.write("a.ts", code("two"));
    await reload(scene);
    await waitFor("ticks of the next one", () => ticks("two") > 5);
    const before = ticks("one");
    await waitFor("more ticks of the next one", () => ticks("two") > 15);
    expect(ticks("one")).toBe(before);
    expect((await scene.get("/a/put")).text).toBe("two");
  });
});

test("requests that a timer of the plugin sends on are the gateway's, and so is what they start", async () => {
  const queue = pluginCode(
    "a",
    "",
    `setup() {
    const waiting: (() => void)[] = [];
    setInterval(() => waiting.shift()?.(), 5);
    return { route: () => (next) => (exchange) => new Promise<Response>((resolve) => waiting.push(() => resolve(next(exchange)))) };
  },`,
  );
  using folder = pluginFolder({ "a.ts": queue });
  const service = Bun.serve({ port: 0, hostname: "127.0.0.1", fetch: () => new Response("ok") });
  const limits = { RATE_LIMIT_PER_SECOND: "1", RATE_LIMIT_BURST: "1", DEBUG: "true" };
  const gateway = await startGateway({ SHOP_SERVICE_URL: service.url.origin, ...limits }, ["--plugins", folder.path]);
  const headers = { authorization: `Bearer ${signToken()}` };
  for (let round = 1; round <= 5; round += 1) {
    // The limits log their refusal, and the log is written a tenth of a second later: after the copy has gone.
    for (let sent = 0; sent < 3; sent += 1) await fetch(`${gateway.url}/api/v1/shop/x`, { headers });
    folder.write("a.ts", `${queue}// ${round}`);
    await reload(gateway);
  }
  expect(gateway.lines.filter(({ msg }) => msg === "refused").length).toBeGreaterThan(2);
  await gateway.stop();
  await service.stop(true);
});

describe("a version that must not be is refused, logged with its reason and counted, and the old one stays:", () => {
  const guard = stamping("a", "one", 'enforces: ["rate_limit"],');
  test.each<[what: string, next: string, reason: RegExp, first?: string]>([
    ["code that is half written", stamping("a", "two").slice(0, 300), /a\.ts:\d+\)/],
    ["one that throws when imported", 'throw new Error("not today");', /got not today \(.*a\.ts:1\)/],
    [
      "one whose set-up throws",
      pluginCode("a", "", "setup() {\n throw new Error('not today'); },"),
      /setup.*not today.*a\.ts:10/,
    ],
    [
      "one whose set-up never ends",
      pluginCode("a", "", "startBudgetMs: 30, setup: () => new Promise(() => {}) as never,"),
      /no end within 30 ms/,
    ],
    [
      "an endpoint of the gateway's",
      pluginCode("a", '{ endpoints: new Elysia().get("/health", () => "") }'),
      /GET \/health/,
    ],
    [
      "a setting that is not good",
      stamping("a", "two", "options: Type.Object({ a_word: Type.Integer({ default: 1 }) }),"),
      /a_word: wanted an integer/,
    ],
    ["none, where it guards", "", /wanted a plugin that nobody relies on to be removed.*enforces rate_limit/, guard],
  ])("%s", async (_, next, reason, first = stamping("a", "one")) => {
    using folder = pluginFolder({ "a.ts": first });
    const service = Bun.serve({ port: 0, hostname: "127.0.0.1", fetch: () => new Response("ok") });
    const gateway = await startGateway({ SHOP_SERVICE_URL: service.url.origin, A_WORD: "word" }, [
      "--plugins",
      folder.path,
      "--config",
      writeSettings({ routes: [{ service: "shop_service", path_prefix: "/shop", auth_required: false }] }),
    ]);
    if (next === "") folder.remove("a.ts");
    else folder.write("a.ts", next);
    await reload(gateway);
    expect((await fetch(`${gateway.url}/shop/x`)).headers.get("x-a")).toBe("one");
    const refusal = await gateway.waitForLine(({ msg }) => msg === "a plugin is refused; what was in use stays");
    expect(refusal).toMatchObject({ level: "error", file: "a.ts" });
    expect(String(refusal["reasons"])).toMatch(reason);
    const text = await (await fetch(`${gateway.url}/metrics`)).text();
    expect(text).toContain('gateway_plugin_loads_total{file="a.ts",result="refused"} 1');
    expect(text).toContain('gateway_plugin_working{plugin="a"} 1');
    folder.write("a.ts", first.replace('"one"', '"three"'));
    await reload(gateway);
    expect((await fetch(`${gateway.url}/shop/x`)).headers.get("x-a")).toBe("three");
    await gateway.stop();
    await service.stop(true);
  });

  test("a file that a route of the settings names cannot go; given another name it can", async () => {
    using folder = pluginFolder({
      "a.ts": stamping("a", "one", "routeOptions: Type.Object({ loud: Type.Boolean({ default: true }) }),"),
    });
    const service = Bun.serve({ port: 0, hostname: "127.0.0.1", fetch: () => new Response("ok") });
    const routes = [{ service: "shop_service", path_prefix: "/shop", auth_required: false, a: { loud: true } }];
    const gateway = await startGateway({ SHOP_SERVICE_URL: service.url.origin }, [
      "--plugins",
      folder.path,
      "--config",
      writeSettings({ routes }),
    ]);
    const stamp = async (): Promise<string | null> => (await fetch(`${gateway.url}/shop/x`)).headers.get("x-a");
    const code = await Bun.file(join(folder.path, "a.ts")).text();
    folder.remove("a.ts");
    await reload(gateway);
    expect(await stamp()).toBe("one");
    const refusal = await gateway.waitForLine(({ level }) => level === "error");
    expect(String(refusal["reasons"])).toContain("got one that the route /shop names");
    folder.write("renamed.ts", code.replace('"one"', '"two"'));
    await reload(gateway);
    expect(await stamp()).toBe("two");
    await gateway.stop();
    await service.stop(true);
  });
});

test("a directory that goes away, or may be written to by everybody, leaves all as it was", async () => {
  using folder = pluginFolder({ "a.ts": stamping("a", "one") });
  await using scene = await openScene(folder.path);
  folder[Symbol.dispose]();
  await reload(scene);
  expect((await scene.get("/shop/x")).headers.get("x-a")).toBe("one");
  await waitFor("the log line", () => JSON.stringify(scene.lines).includes("no such directory"));
});

test("300 versions, with requests on the way and files half written, cost less than 20 MiB", async () => {
  const plugin = (version: number): string => `import { definePlugin } from "@isaas/gateway-sdk/plugin";
import { Elysia, t } from "elysia";
import { Type } from "typebox";
export default definePlugin({ name: "a", stage: "edge", options: Type.Object({ a_word: Type.String({ default: "${version}" }) }),
  setup(host) {
    const seen = host.metrics.counter("seen_total", "Seen.");
    setInterval(() => {}, 1000);
    return {
      endpoints: new Elysia()
        .get("/a/version", () => "${version}", { query: t.Object({ n: t.Optional(t.Number()) }) })
        .post("/a/collect", async () => { Bun.gc(true); await Bun.sleep(300); Bun.gc(true); return "done"; }),
      route: () => (next) => async (exchange) => { seen.add(); exchange.setHeader("x-a", "${version}"); return next(exchange); },
    };
  },
});`;
  using folder = pluginFolder({ "a.ts": plugin(0) });
  await using scene = await openScene(folder.path);
  const done = new AbortController();
  const failed: number[] = [];
  const caller = (async () => {
    while (!done.signal.aborted) {
      const { status } = await fetch(`${scene.url}/shop/x`);
      if (status !== 200) failed.push(status);
      await Bun.sleep(2);
    }
  })();
  const swapTo = async (version: number): Promise<void> => {
    if (version % 25 === 0) {
      writeFileSync(join(folder.path, "a.ts"), plugin(version).slice(0, 400));
      process.kill(scene.pid, "SIGHUP");
    }
    folder.write("a.ts", plugin(version));
    process.kill(scene.pid, "SIGHUP");
    // The log is written ten times a second; this is quicker to tell.
    const isIn = async (): Promise<boolean> => (await scene.get("/shop/x")).headers.get("x-a") === String(version);
    for (let tries = 0; !(await isIn()); tries += 1) expect(tries).toBeLessThan(5000);
  };
  // What is garbage already does not count.
  const measure = async (): Promise<number> => {
    expect((await fetch(`${scene.url}/a/collect`, { method: "POST" })).status).toBe(200);
    return residentMib(scene.pid);
  };
  for (let version = 1; version <= 100; version += 1) await swapTo(version);
  const start = await measure();
  for (let version = 101; version <= 400; version += 1) await swapTo(version);
  const growth = (await measure()) - start;
  done.abort();
  await caller;
  expect(growth).toBeLessThan(20);
  expect(failed).toEqual([]);
  expect((await scene.get("/a/version")).text).toBe("400");
}, 60_000);
