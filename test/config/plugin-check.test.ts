import { expect, test } from "bun:test";
import { definePlugin } from "@isaas/gateway-sdk/plugin";
import { Type } from "typebox";
import { loadSettings, readSettings } from "../../src/config/load.ts";

const lamp = definePlugin({
  name: "lamp",
  stage: "edge",
  options: Type.Object({
    lamp_watts: Type.Optional(Type.Number({ maximum: 100 })),
    lamp_socket: Type.Optional(Type.String()),
  }),
  check: ({ lamp_watts: watts, lamp_socket: socket }, { debug }) =>
    watts !== undefined && socket === undefined && !debug
      ? [{ path: "lamp_socket", wanted: "a socket beside lamp_watts", got: "nothing" }]
      : [],
  setup: () => ({}),
});
const read = (environment: Record<string, string>) => ({ file: undefined, environment, flags: {} });
const problemsOf = (environment: Record<string, string>) => readSettings(read(environment), [lamp]).problems;

test("what a plugin finds wrong with its options stops the start as any other mistake", () => {
  const problem = { path: "lamp_socket", wanted: "a socket beside lamp_watts", got: "nothing", source: "LAMP_SOCKET" };
  expect(problemsOf({ LAMP_WATTS: "40" })).toEqual([problem]);
  expect(() => loadSettings(read({ LAMP_WATTS: "40" }), [lamp])).toThrow(
    "lamp_socket: wanted a socket beside lamp_watts, got nothing (LAMP_SOCKET)",
  );
});

test("it sees the options as they are, and whether this is DEBUG", () => {
  expect(problemsOf({})).toEqual([]);
  expect(problemsOf({ LAMP_WATTS: "40", LAMP_SOCKET: "E27" })).toEqual([]);
  expect(problemsOf({ LAMP_WATTS: "40", DEBUG: "true" })).toEqual([]);
});

test("where the schema has found a mistake at the same place, that one is told alone", () => {
  const strict = { ...lamp, check: () => [{ path: "lamp_watts", wanted: "less", got: "much" }] };
  const { problems } = readSettings(read({ LAMP_WATTS: "1000" }), [strict]);
  expect(problems).toHaveLength(1);
  expect(problems[0]?.wanted).not.toBe("less");
});
