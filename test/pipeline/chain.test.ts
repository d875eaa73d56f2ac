import { describe, expect, test } from "bun:test";
import type { Exchange, Middleware, Plugin } from "@isaas/gateway-sdk/plugin";
import { Type } from "typebox";
import { compileChain, type LoadedPlugin, orderPlugins } from "../../src/pipeline/chain.ts";
import { defaultBalance } from "../../src/routing/plan.ts";
import type { RoutePlan } from "../../src/routing/route.ts";
import { plugin } from "./plugins.ts";

const route: RoutePlan = {
  pathPrefix: "/a",
  methods: ["GET"],
  service: "a_service",
  stripPrefix: true,
  timeoutMs: 1000,
  retries: 2,
  retryUnsafe: false,
  policies: new Set(),
  balance: defaultBalance,
  plugins: {},
};

// Nothing of it is looked at by the middlewares of these tests.
const exchange = {} as Exchange;

const namesOf = (plugins: readonly Plugin[]) => plugins.map(({ name }) => name);

describe("plugins are ordered", () => {
  test("by stage, whatever the order they are listed in", () => {
    const plugins = (["upstream", "admission", "edge", "transform", "identity"] as const).map((stage) =>
      plugin(stage, { stage }),
    );
    expect(namesOf(orderPlugins(plugins))).toEqual(["edge", "identity", "admission", "transform", "upstream"]);
  });

  test("as listed inside a stage", () => {
    expect(namesOf(orderPlugins([plugin("c"), plugin("a"), plugin("b")]))).toEqual(["c", "a", "b"]);
  });

  test("after those they name, over any number of steps, moving nothing else", () => {
    const plugins = [
      plugin("a", { after: ["c"] }),
      plugin("b"),
      plugin("c", { after: ["d"] }),
      plugin("d"),
      plugin("e", { after: ["not_installed"] }),
    ];
    expect(namesOf(orderPlugins(plugins))).toEqual(["d", "c", "a", "b", "e"]);
  });

  test("after one of an earlier stage, as they are anyway", () => {
    const plugins = [plugin("late", { stage: "upstream", after: ["early"] }), plugin("early")];
    expect(namesOf(orderPlugins(plugins))).toEqual(["early", "late"]);
  });

  test.each([
    [[plugin("a", { after: ["a"] })]],
    [[plugin("a", { after: ["b"] }), plugin("b", { after: ["a"] })]],
    [[plugin("a", { after: ["c"] }), plugin("b", { after: ["a"] }), plugin("c", { after: ["b"] })]],
  ])("never, when there is a cycle", (plugins) => {
    expect(() => orderPlugins(plugins)).toThrow(new TypeError("plugin a: after: wanted an order, got a cycle"));
  });
});

describe("a chain", () => {
  /** Writes down when a request passes it, on the way in and on the way out. */
  function tracer(name: string, passed: string[]): LoadedPlugin {
    const middleware: Middleware = (next) => async (passing) => {
      passed.push(`${name} in`);
      const response = await next(passing);
      passed.push(`${name} out`);
      return response;
    };
    const instance = { route: () => middleware };
    return { plugin: plugin(name, { stage: "admission" }, instance), instance };
  }

  test("is passed in order, the handler is in its middle, and it is passed back in reverse", async () => {
    const passed: string[] = [];
    const { chain, steps } = compileChain(route, [tracer("first", passed), tracer("second", passed)], () => {
      passed.push("handler");
      return new Response("done");
    });
    const response = await chain(exchange);
    expect(await response.text()).toBe("done");
    expect(passed).toEqual(["first in", "second in", "handler", "second out", "first out"]);
    expect(steps).toEqual([
      { stage: "admission", plugin: "first" },
      { stage: "admission", plugin: "second" },
    ]);
  });

  test("ends where a plugin answers itself", async () => {
    const passed: string[] = [];
    const gate = { route: (): Middleware => () => () => new Response(null, { status: 204 }) };
    const plugins = [tracer("first", passed), { plugin: plugin("gate"), instance: gate }, tracer("never", passed)];
    const { chain } = compileChain(route, plugins, () => new Response("never"));
    expect((await chain(exchange)).status).toBe(204);
    expect(passed).toEqual(["first in", "first out"]);
  });

  test("of plugins that all stay out is the handler itself: no plugin, no cost", () => {
    const handler = () => new Response();
    const out: LoadedPlugin[] = [
      { plugin: plugin("without_route"), instance: {} },
      { plugin: plugin("not_this_one"), instance: { route: () => undefined } },
    ];
    expect(compileChain(route, out, handler)).toEqual({ steps: [], chain: handler });
  });

  test("is compiled once: a request calls no plugin's `route` again", async () => {
    let asked = 0;
    const instance = {
      route(): Middleware {
        asked += 1;
        return (next) => next;
      },
    };
    const { chain } = compileChain(route, [{ plugin: plugin("once"), instance }], () => new Response());
    for (let request = 0; request < 3; request += 1) await chain(exchange);
    expect(asked).toBe(1);
  });
});

describe("what a route says to a plugin", () => {
  const routeOptions = Type.Object({ ink: Type.String({ default: "blue" }), size: Type.Optional(Type.Number()) });

  function heard(plugins: RoutePlan["plugins"], schema: typeof routeOptions | undefined): unknown {
    let options: unknown;
    const instance = {
      route(_route: unknown, said: unknown) {
        options = said;
        return undefined;
      },
    };
    const parts = schema === undefined ? {} : { routeOptions: schema };
    compileChain({ ...route, plugins }, [{ plugin: plugin("stamp", parts), instance }], () => new Response());
    return options;
  }

  test("reaches it, and no other plugin's part does", () => {
    expect(heard({ stamp: { ink: "red", size: 3 }, other: { ink: "green" } }, routeOptions)).toEqual({
      ink: "red",
      size: 3,
    });
  });

  test("is the defaults when the route says nothing", () => {
    expect(heard({}, routeOptions)).toEqual({ ink: "blue" });
  });

  test("is empty for a plugin that has no options for routes", () => {
    expect(heard({}, undefined)).toEqual({});
  });
});
