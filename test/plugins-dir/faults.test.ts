import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { waitFor } from "../support/wait-for.ts";
import { pluginCode, pluginFolder } from "./plugin-folder.ts";
import { type Scene, scenes } from "./scene.ts";

/** Does with a request what its query asks for. */
const faulty = (name: string, declared: string, above = ""): string =>
  pluginCode(
    name,
    `{
    route: () => (next) => async (exchange) => {
      const does = exchange.query.slice(1);
      if (does === "throw") throw new Error("broken in " + exchange.path);
      if (does === "throw-nothing") throw undefined;
      if (does === "refuse") throw new GatewayError("CONFLICT", { message: "Taken.", details: { owner: "x" } });
      if (does === "hang-before") await new Promise(() => {});
      if (does === "none") return undefined as never;
      if (does === "text") return "text" as never;
      if (does === "error") return Response.error();
      if (does === "bad-header") exchange.setHeader("x-y", "\\u540d");
      if (does === "bad-upstream-header") exchange.setUpstreamHeader("x-y", "\\u0141ukasz");
      if (does === "split-header") exchange.setUpstreamHeader("x-y", "a\\r\\nx-z: b");
      if (does === "another") return next({ ...exchange } as never);
      if (does === "answer") return new Response("its own");
      if (does === "later") { setTimeout(() => next(exchange), 150); await new Promise(() => {}); }
      if (does === "reject-later") setTimeout(() => Promise.reject(new Error("nobody waits")), 1);
      const response = await next(exchange);
      if (does === "twice") await next(exchange).catch(() => {});
      if (does === "hang-after") await new Promise(() => {});
      exchange.setHeader("x-${name}", "1");
      return response;
    },
  }`,
    declared,
    above,
  );
const sync = pluginCode(
  "sync",
  `{ route: () => (next) => (exchange) => {
    if (exchange.query === "?sync-throw") throw new Error("at once");
    if (exchange.query === "?sync-none") return undefined as never;
    if (exchange.query === "?sync-shared") return shared;
    return next(exchange);
  } }`,
  "",
  'const shared = new Response("once");',
);

describe.each(scenes)("a plugin that breaks its contract in %s", (name, openScene) => {
  const folder = pluginFolder({
    "faulty.ts": faulty("faulty", "budgetMs: 100, faultLimit: { faults: 1000 },"),
    "sync.ts": sync,
  });
  let scene: Scene;
  beforeAll(async () => {
    scene = await openScene(folder.path);
  });
  afterAll(async () => {
    await scene.close();
    folder[Symbol.dispose]();
  });

  test.each([
    ["throw", "throw", "broken in /shop/x"],
    ["throw-nothing", "throw", undefined],
    ["hang-before", "time", "no answer within its 100 ms"],
    ["hang-after", "time", "no answer within its 100 ms"],
    ["later", "time", "no answer within its 100 ms"],
    ["none", "no_response", "answer: wanted a Response, got undefined"],
    ["text", "no_response", "answer: wanted a Response, got string"],
    ["error", "no_response", "answer: wanted a Response, got none that can be sent"],
    ["bad-header", "throw", "setHeader: wanted a text in Latin-1 without control characters for x-y"],
    ["bad-upstream-header", "throw", "setUpstreamHeader: wanted a text in Latin-1 without control characters for x-y"],
    ["split-header", "throw", "setUpstreamHeader: wanted a text in Latin-1 without control characters for x-y"],
    ["twice", "next_twice", "next: wanted one call a request, got a second"],
    ["another", "throw", "next: wanted the exchange of a request that waits, got another"],
    ["sync-throw", "throw", "at once"],
    ["sync-none", "no_response", "answer: wanted a Response, got undefined"],
  ])("by %s: that request is a 500, the log says %s, and the next one is well", async (does, fault, message) => {
    const before = scene.lines.length;
    const answer = await scene.get(`/shop/x?${does}`);
    expect([answer.status, answer.code]).toEqual([500, "INTERNAL_ERROR"]);
    expect(answer.text).not.toContain("broken");
    await waitFor("the log line", () => scene.lines.slice(before).some(({ msg }) => msg === "a fault of a plugin"));
    const line = scene.lines.slice(before).find(({ msg }) => msg === "a fault of a plugin");
    expect(line).toMatchObject({
      level: "error",
      plugin: does.startsWith("sync") ? "sync" : "faulty",
      fault,
      request_id: answer.headers.get("x-request-id"),
    });
    if (message !== undefined) expect(line).toMatchObject({ err: { message } });
    expect(scene.lines.filter(({ msg }) => msg === "a request failed inside the gateway")).toEqual([]);
    const next = await scene.get("/shop/x");
    expect([next.status, next.headers.get("x-faulty")]).toEqual([200, "1"]);
  });

  test("where it throws stands in the log, with file and line", async () => {
    await scene.get("/shop/x?throw");
    await waitFor("the log line", () => JSON.stringify(scene.lines).includes(`${folder.path}/faulty.ts:13:`));
  });

  test("by an answer that was sent before: the first one is good, the second a 500", async () => {
    expect((await scene.get("/shop/x?sync-shared")).text).toBe("once");
    expect((await scene.get("/shop/x?sync-shared")).status).toBe(500);
  });

  test("what it refuses, what it answers itself and what breaks behind it are no faults", async () => {
    const faultsOf = async (): Promise<string> =>
      (await scene.get("/metrics")).text.match(/^gateway_plugin_faults_total.*$/gm)?.join() ?? "";
    const before = await faultsOf();
    expect((await scene.get("/shop/x?refuse")).code).toBe("CONFLICT");
    expect((await scene.get("/shop/x?answer")).text).toBe("its own");
    expect((await scene.get("/gone/x")).code).toBe("UPSTREAM_ERROR");
    // Slower than its budget, but not by its fault.
    expect((await scene.get("/shop/slow")).status).toBe(200);
    expect(await faultsOf()).toBe(before);
  });

  test("with what nobody waits for: it is logged, and nothing else happens", async () => {
    // In the test's own process it would fail the test.
    if (name === "the source") return;
    expect((await scene.get("/shop/x?reject-later")).status).toBe(200);
    await waitFor("the log line", () => scene.lines.some(({ msg }) => msg === "an error that nobody caught"));
    expect((await scene.get("/shop/x")).status).toBe(200);
  });

  test("counts by plugin and kind", async () => {
    const { text } = await scene.get("/metrics");
    for (const kind of ["throw", "time", "no_response", "next_twice"]) {
      expect(text).toMatch(new RegExp(`^gateway_plugin_faults_total{plugin="faulty",kind="${kind}"} [1-9]`, "m"));
    }
  });
});

describe.each(scenes)("a plugin with too many faults in %s", (_, openScene) => {
  test("is passed over if it says so, is seen to be, and is tried again after a while", async () => {
    using folder = pluginFolder({
      "a.ts": faulty("faulty", 'onFaults: "disable", faultLimit: { faults: 3, pauseMs: 300 },'),
    });
    await using scene = await openScene(folder.path);
    for (let count = 0; count < 3; count += 1) expect((await scene.get("/shop/x?throw")).status).toBe(500);
    // Not asked any more: this would be its fourth.
    const passed = await scene.get("/shop/x?throw");
    expect([passed.status, passed.headers.get("x-faulty")]).toEqual([200, null]);
    expect((await scene.get("/metrics")).text).toContain('gateway_plugin_working{plugin="faulty"} 0');
    expect(JSON.parse((await scene.get("/explain?path=/shop/x")).text).chain).toContainEqual({
      stage: "edge",
      plugin: "faulty",
      facts: ["has too many faults: requests are passed without it"],
    });
    await waitFor("the plugin to be back", async () => (await scene.get("/shop/x")).headers.get("x-faulty") === "1");
    expect((await scene.get("/metrics")).text).toContain('gateway_plugin_working{plugin="faulty"} 1');
    const told = (): string[] => scene.lines.filter(({ plugin }) => plugin === "faulty").map(({ msg }) => msg);
    await waitFor("the log line", () => told().includes("a plugin works again"));
    expect(told().filter((msg) => msg !== "a fault of a plugin")).toEqual([
      "a plugin has too many faults and is not used for a while",
      "a plugin works again",
    ]);
  });

  test("refuses its requests unless it says otherwise; one that tries it and fails keeps it so", async () => {
    using folder = pluginFolder({ "a.ts": faulty("faulty", "faultLimit: { faults: 2, pauseMs: 200 },") });
    await using scene = await openScene(folder.path);
    for (let count = 0; count < 2; count += 1) expect((await scene.get("/shop/x?throw")).status).toBe(500);
    const refused = await scene.get("/shop/x");
    expect([refused.status, refused.code, refused.headers.get("retry-after")]).toEqual([
      503,
      "SERVICE_UNAVAILABLE",
      "1",
    ]);
    expect(refused.details).toEqual({ service: "shop_service", last_check: null });
    // Its own endpoints and those of the gateway are there.
    expect((await scene.get("/health")).status).toBe(200);
    await waitFor("the next try", async () => (await scene.get("/shop/x?throw")).status === 500);
    expect((await scene.get("/shop/x")).status).toBe(503);
    await waitFor("the plugin to be back", async () => (await scene.get("/shop/x")).status === 200);
  });
});

describe.each(scenes)("endpoints of a plugin in %s", (_, openScene) => {
  test("fail alone, and are counted, however often", async () => {
    using folder = pluginFolder({
      "a.ts": pluginCode(
        "a",
        `{
    endpoints: new Elysia().get("/a/broken", () => { throw new Error("a secret"); }).get("/a/well", () => "well"),
    route: () => (next) => next,
    own: (next) => (exchange) => { if (exchange.query === "?own") throw new Error("own"); return next(exchange); },
  }`,
        "faultLimit: { faults: 3 },",
      ),
    });
    await using scene = await openScene(folder.path);
    for (let count = 0; count < 5; count += 1) {
      const answer = await scene.get("/a/broken");
      expect([answer.status, answer.code, answer.text.includes("secret")]).toEqual([500, "INTERNAL_ERROR", false]);
    }
    expect((await scene.get("/a/well")).text).toBe("well");
    expect((await scene.get("/shop/x")).status).toBe(200);
    expect((await scene.get("/health?own")).status).toBe(500);
    const { text } = await scene.get("/metrics");
    expect(text).toContain('gateway_plugin_faults_total{plugin="a",kind="endpoint"} 5');
    expect(text).toContain('gateway_plugin_faults_total{plugin="a",kind="throw"} 1');
  });
});
