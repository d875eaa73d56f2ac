import { describe, expect, test } from "bun:test";
import { defaultMethods, policies, routeSchema } from "@isaas/gateway-sdk/contract";
import type { WireRoute } from "@isaas/gateway-sdk/services";
import { findMistakes } from "@isaas/gateway-sdk/validation";
import { fromWire, toWire } from "../../src/routing/wire.ts";
import { createRandom, pick } from "../support/random.ts";

const plugins = new Set(["stamp", "seal"]);
const fill = (route: object): WireRoute => findMistakes(routeSchema, route).filled as WireRoute;

describe("a route on the wire", () => {
  test("is a plan in our names and units", () => {
    const route = fill({
      path_prefix: "/api/v1/a",
      methods: ["PUT"],
      timeout: 0.25,
      rate_limit: false,
      strip_prefix: false,
    });
    expect(fromWire("a_service", route, plugins)).toMatchObject({
      service: "a_service",
      pathPrefix: "/api/v1/a",
      methods: ["PUT"],
      stripPrefix: false,
      timeoutMs: 250,
      policies: new Set(["auth_required", "circuit_breaker"]),
      balance: { policy: "least_loaded", hash_on: "client_address" },
      plugins: {},
    });
  });

  test("says to plugins what stands under their names, and nothing else", () => {
    const route = { ...fill({ path_prefix: "/a" }), stamp: { ink: "red" }, other: 1 };
    expect(fromWire("a_service", route, plugins).plugins).toEqual({ stamp: { ink: "red" } });
  });

  test("without methods has those of the core table, or all but WEBSOCKET", () => {
    const route = fill({ path_prefix: "/a" });
    expect(fromWire("realtime_service", route, plugins).methods).toEqual(["GET", "POST", "WEBSOCKET"]);
    expect(fromWire("a_service", route, plugins).methods).toEqual(defaultMethods);
    expect(fromWire("constructor", route, plugins).methods).toEqual(defaultMethods);
  });
});

test("500 random plans go to the wire and come back the same, and what is on the wire fits its schema", () => {
  const random = createRandom(3);
  for (let index = 0; index < 500; index += 1) {
    const some = defaultMethods.filter(() => random() < 0.5);
    const route = fill({
      path_prefix: pick(random, ["/a", "/api/v1/b", "/c/d.e~f"]),
      methods: some.length === 0 ? ["WEBSOCKET"] : some,
      timeout: pick(random, [0.001, 1.5, 30, 3600]),
      strip_prefix: random() < 0.5,
      ...Object.fromEntries(policies.map((policy) => [policy, random() < 0.5])),
      ...(random() < 0.5 ? {} : { balance: { policy: "consistent_hash", hash_on: "cookie:sid" } }),
      ...(random() < 0.5 ? {} : { stamp: { ink: ["red", 1, null] } }),
    });
    const plan = fromWire("a_service", route, plugins);
    const wire = toWire(plan);
    expect(fromWire("a_service", wire, plugins)).toEqual(plan);
    const { stamp: _, ...own } = wire;
    expect(findMistakes(routeSchema, own).mistakes).toEqual([]);
    expect(toWire(fromWire("a_service", wire, plugins))).toEqual(wire);
  }
});

test("what a plan says cannot be changed through what went on the wire", () => {
  const plan = fromWire("a_service", fill({ path_prefix: "/a", methods: ["GET"] }), plugins);
  (toWire(plan).methods as string[]).push("DELETE");
  expect(plan.methods).toEqual(["GET"]);
});
