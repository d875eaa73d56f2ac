import { expect, expectTypeOf, test } from "bun:test";
import { definePlugin, type Host, type RouteInfo, stages } from "@isaas/gateway-sdk/plugin";
import { Type } from "typebox";

test("a plugin is what was declared, and nothing is added to it", () => {
  const declared = { name: "stamp", stage: "edge" as const, options: Type.Object({}), setup: () => ({}) };
  expect(definePlugin(declared)).toBe(declared);
});

test("its options have the types of their schemas", () => {
  definePlugin({
    name: "stamp",
    stage: "edge",
    options: Type.Object({ stamp_ink: Type.String({ default: "blue" }), stamp_size: Type.Optional(Type.Integer()) }),
    routeOptions: Type.Object({ text: Type.String({ default: "seen" }) }),
    setup(host, options) {
      expectTypeOf(host).toEqualTypeOf<Host>();
      expectTypeOf(options).toEqualTypeOf<{ stamp_ink: string; stamp_size?: number }>();
      return {
        route(route, routeOptions) {
          expectTypeOf(route).toEqualTypeOf<RouteInfo>();
          expectTypeOf(routeOptions).toEqualTypeOf<{ text: string }>();
          return undefined;
        },
      };
    },
  });
});

test("the stages are five, in the order a request passes them", () => {
  expect(stages).toEqual(["edge", "identity", "admission", "transform", "upstream"]);
});
