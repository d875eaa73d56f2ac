import { expect, test } from "bun:test";
import { parseBenchOptions } from "./options.ts";

test("times three rounds of three seconds after one second of warm-up", () => {
  expect(parseBenchOptions([])).toMatchObject({ seconds: 3, warmupSeconds: 1, rounds: 3, connections: 64 });
});

test("warms up no longer than it measures", () => {
  expect(parseBenchOptions(["--seconds", "0.3"]).warmupSeconds).toBe(0.3);
});

test.each([
  ["--seconds", "0"],
  ["--rounds", "1.5"],
  ["--connections", "many"],
])("refuses %s %s", (name, value) => {
  expect(() => parseBenchOptions([name, value])).toThrow(`${name}: wanted`);
});
