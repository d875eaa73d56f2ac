import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { runners } from "../cli/runners.ts";
import { writeSettings } from "../support/config-file.ts";
import { startGateway } from "../support/gateway.ts";
import { routeSetting, startInProcess } from "../support/in-process.ts";
import { pluginCode, pluginFolder, stamping } from "./plugin-folder.ts";

/** Everything a plugin can have, of everything it can import. */
const whole = `import { policies } from "@isaas/gateway-sdk/contract";
import { definePlugin, GatewayError } from "@isaas/gateway-sdk/plugin";
import { Elysia, t } from "elysia";
import { Type } from "typebox";
import { Check } from "typebox/value";
import { word } from "./part.ts";

const told: string[] = [];
export default definePlugin({
  name: "whole",
  stage: "transform",
  options: Type.Object({ whole_word: Type.String({ default: "hello" }), whole_depth: Type.Integer({ default: 1 }) }),
  routeOptions: Type.Object({ loud: Type.Boolean({ default: false }) }),
  setup(host, { whole_word, whole_depth }) {
    const seen = host.metrics.counter("seen_total", "Requests seen.", ["route"]);
    host.metrics.gauge("depth", "Its depth.", [], () => [[{}, whole_depth]]);
    host.metrics.gauge("broken", "Cannot be read.", [], () => { throw new Error("no depth"); });
    const numbers = host.store.table("whole-numbers");
    const typed = Check(Type.String(), word) && policies.includes("rate_limit");
    told.push(\`set up at \${typeof host.clock.now()}\`);
    host.log.info({ told }, "whole was here");
    return {
      endpoints: new Elysia({ name: "health" })
        .onBeforeHandle({ as: "global" }, ({ set }) => { set.headers["x-hook"] = "whole"; })
        .model({ Thing: t.Object({ name: t.String() }) })
        .get("/whole/told", async () => { await numbers.put(new Map([["n", "1"]])); return { told, n: numbers.entries.get("n"), typed }; }, { detail: { summary: "What it was told" } })
        .get("/whole/number/:id", ({ params }) => params, { params: t.Object({ id: t.Number() }) })
        .post("/whole/things", ({ body }) => body, { body: "Thing" })
        .get("/whole/refused", () => { throw new GatewayError("CONFLICT", { message: "Taken.", details: { owner: "whole" } }); }),
      own: (next) => async (exchange) => { exchange.setHeader("x-own", "whole"); return next(exchange); },
      route: (route, { loud }) => (next) => async (exchange) => {
        seen.add({ route: route.pathPrefix });
        const response = await next(exchange);
        exchange.setHeader("x-whole", loud ? whole_word.toUpperCase() : whole_word);
        return response;
      },
      start: () => void told.push("started"),
      ready: async () => void told.push("ready"),
      reload: () => void told.push("reloaded"),
      close: () => console.log("whole closed"),
    };
  },
});
`;
const files = {
  "whole/index.ts": whole,
  // The executable's own goes before it.
  "node_modules/typebox/index.js": 'throw new Error("another typebox");',
  "node_modules/typebox/package.json": '{ "name": "typebox", "main": "index.js" }',
  "whole/part.ts": 'export const word: string = "part";',
  "plain.js": `import { definePlugin } from "@isaas/gateway-sdk/plugin";
import { Type } from "typebox";
export default definePlugin({ name: "plain", stage: "edge", after: ["cors", "nobody"], options: Type.Object({}), routeOptions: Type.Object({ off: Type.Boolean({ default: false }) }),
  setup: () => ({ route: (route, { off }) => off ? undefined : (next) => (exchange) => { exchange.setHeader("x-plain", "1"); return next(exchange); } }) });`,
};

const service = Bun.serve({ port: 0, hostname: "127.0.0.1", fetch: () => new Response("ok") });
afterAll(() => service.stop(true));

const routes = [
  { service: "shop_service", path_prefix: "/shop", auth_required: false },
  { service: "shop_service", path_prefix: "/loud", auth_required: false, whole: { loud: true }, plain: { off: true } },
];

interface Running {
  readonly url: string;
  stop(): Promise<unknown>;
}

const starters: readonly (readonly [string, (directory: string) => Promise<Running>])[] = [
  [
    "the executable",
    (directory) =>
      startGateway({ SHOP_SERVICE_URL: service.url.origin, WHOLE_WORD: "moin", WHOLE_DEPTH: "7" }, [
        "--config",
        writeSettings({ routes }),
        "--plugins",
        directory,
      ]),
  ],
  [
    "the source",
    (pluginsDir) =>
      startInProcess({
        pluginsDir,
        environment: { SHOP_SERVICE_URL: service.url.origin, WHOLE_WORD: "moin", WHOLE_DEPTH: "7" },
        routes: routes.map(({ whole, plain, ...route }) =>
          routeSetting({ ...route, plugins: { ...(whole && { whole }), ...(plain && { plain }) } }),
        ),
      }),
  ],
];

describe.each(starters)("a directory of plugins in %s", (_, start) => {
  const folder = pluginFolder(files);
  let gateway: Running;
  beforeAll(async () => {
    gateway = await start(folder.path);
  });
  afterAll(async () => {
    await gateway.stop();
    folder[Symbol.dispose]();
  });
  const get = (path: string): Promise<Response> => fetch(gateway.url + path);

  test("takes part in routes, by its options and what the route says to it", async () => {
    const { headers } = await get("/shop/x");
    expect([headers.get("x-whole"), headers.get("x-plain")]).toEqual(["moin", "1"]);
    const { headers: loud } = await get("/loud/x");
    expect([loud.get("x-whole"), loud.get("x-plain")]).toEqual(["MOIN", null]);
  });

  test("has endpoints of its own, with its lifecycle, its store and all that it imports", async () => {
    const answer = await get("/whole/told");
    expect(answer.headers.get("x-own")).toBe("whole");
    expect(await answer.json()).toEqual({
      told: ["set up at number", "started", "ready"],
      n: "1",
      typed: true,
    });
  });

  test("refuses in the gateway's words", async () => {
    const wrong = await get("/whole/number/x");
    expect([wrong.status, await wrong.json()]).toEqual([
      400,
      expect.objectContaining({ error: expect.objectContaining({ code: "INVALID_REQUEST" }) }),
    ]);
    const taken = await get("/whole/refused");
    expect([taken.status, await taken.json()]).toEqual([
      409,
      expect.objectContaining({ error: { code: "CONFLICT", message: "Taken.", details: { owner: "whole" } } }),
    ]);
  });

  test("keeps its hooks and its names to itself", async () => {
    expect((await get("/whole/told")).headers.get("x-hook")).toBe("whole");
    const health = await get("/health");
    expect([health.status, health.headers.get("x-hook"), health.headers.get("x-own")]).toEqual([200, null, "whole"]);
  });

  test("is in the document of the API", async () => {
    const { paths, components } = (await (await get("/swagger/json")).json()) as {
      paths: Record<string, Record<string, object>>;
      components: { schemas: object };
    };
    expect(Object.keys(paths).filter((path) => path.startsWith("/whole"))).toHaveLength(4);
    expect(paths["/whole/told"]?.["get"]).toMatchObject({ summary: "What it was told" });
    expect(components.schemas).toHaveProperty("Thing");
    expect(paths).toHaveProperty("/health");
  });

  test("is told in the metrics, by names of its own, and a gauge that cannot be read hides none", async () => {
    await get("/shop/x");
    await get("/metrics");
    const text = await (await get("/metrics")).text();
    expect(text).toMatch(/^gateway_plugin_whole_seen_total\{route="\/shop"\} \d+$/m);
    expect(text).toContain("\ngateway_plugin_whole_depth 7\n");
    expect(text).toMatch(/^gateway_plugin_faults_total\{plugin="whole",kind="metrics"\} \d+$/m);
    expect(text).toContain('\ngateway_plugin_working{plugin="whole"} 1\n');
    expect(text).toContain('\ngateway_plugin_loads_total{file="plain.js",result="loaded"} 1\n');
    expect(text).toContain("\ngateway_members 1\n");
  });
});

describe.each(runners)("%s knows the plugins of the directory", (_, run) => {
  test("where it explains: in the chain, in order, but for routes that leave them out", async () => {
    using folder = pluginFolder(files);
    const config = writeSettings({ routes: [...routes, { service: "shop_service", path_prefix: "/typo" }] });
    const chainOf = async (path: string): Promise<string[]> => {
      const { stdout } = await run(["explain", path, "--config", config, "--plugins", folder.path], {
        SHOP_SERVICE_URL: "http://127.0.0.1:9",
      });
      return [...stdout.matchAll(/^chain +\d+ +\w+: (whole|plain)$/gm)].map(([, name = ""]) => name);
    };
    expect(await chainOf("/shop/x")).toEqual(["plain", "whole"]);
    expect(await chainOf("/loud/x")).toEqual(["whole"]);
  });

  test("where it checks settings: what a route says wrongly to one is a mistake of that line", async () => {
    using folder = pluginFolder(files);
    const wrong = [
      { service: "shop_service", path_prefix: "/a", whole: { loud: "yes" } },
      { service: "shop_service", path_prefix: "/b", whole: { laud: true } },
    ];
    const config = writeSettings({ routes: wrong, plugins_dir: folder.path, whole_depht: 1 });
    const { stderr } = await run(["check", "--config", config]);
    expect(stderr).toContain('routes[0].whole.loud: wanted true or false, got "yes"');
    expect(stderr).toContain("routes[1].whole.laud: wanted a known setting (did you mean loud?), got an unknown name");
    expect(stderr).toContain("whole_depht: wanted a known setting (did you mean whole_depth?), got an unknown name");
  });

  test("where it asks for the health of a gateway, without running any", async () => {
    using folder = pluginFolder({
      "a.ts": stamping("a", "x", "options: Type.Object({ a_word: Type.String({ default: '' }) }),"),
      "b.ts": pluginCode("b", "{}", "", "while (true);"),
    });
    const config = writeSettings({ plugins_dir: folder.path, a_word: "x", port: 9, host: "127.0.0.1" });
    expect(await run(["health", "--config", config])).toMatchObject({
      code: 1,
      stderr: "not ready: nobody listens there\n",
    });
  });
});
