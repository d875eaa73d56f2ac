import { expect, test } from "bun:test";
import { definePlugin, type Plugin } from "@isaas/gateway-sdk/plugin";
import { Type } from "typebox";
import { createSettingsSchema } from "../../src/config/compose-schema.ts";
import { readSettings } from "../../src/config/load.ts";
import { formatProblem } from "../../src/config/problem.ts";

const plugin = (name: string, key: string, routeOptions?: ReturnType<typeof Type.Object>): Plugin =>
  definePlugin({
    name,
    stage: "admission",
    options: Type.Object({ [key]: Type.Union([Type.Integer({ minimum: 1 }), Type.Null()], { default: 5 }) }),
    ...(routeOptions && { routeOptions }),
    setup: () => ({}),
  });

test("a plugin's settings stand beside the kernel's, and what a route says to it under its name", () => {
  const sieve = plugin(
    "sieve",
    "sieve_holes",
    Type.Object({ width: Type.Number({ default: 2 }) }, { additionalProperties: false }),
  );
  const from = (environment: Record<string, string>) =>
    readSettings({ file: undefined, environment, flags: {} }, [sieve]);
  expect(from({}).settings.plugins).toEqual({ sieve: { sieve_holes: 5 } });
  expect(from({ SIEVE_HOLES: "0" }).problems.map(formatProblem)).toEqual([
    'sieve_holes: wanted an integer, at least 1 or null, got "0" (SIEVE_HOLES)',
  ]);
});

test.each([
  [[plugin("a", "port")], "plugin a: options: wanted names of their own, got port, which is taken"],
  [[plugin("a", "x"), plugin("b", "x")], "plugin b: options: wanted names of their own, got x, which is taken"],
  [
    [plugin("timeout", "x", Type.Object({}))],
    "plugin timeout: options: wanted names of their own, got timeout, which is taken",
  ],
])("a plugin cannot take a name that is taken", (plugins, message) => {
  expect(() => createSettingsSchema(plugins)).toThrow(new TypeError(message));
});
