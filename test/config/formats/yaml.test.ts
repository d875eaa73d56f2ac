import { expect, test } from "bun:test";
import { parseYaml } from "../../../src/config/formats/yaml.ts";
import { settingsFrom } from "../settings-from.ts";

const problemsOf = (yaml: string) => settingsFrom({ file: { yaml } }).problems;

test.each([
  ["port: 1\nhost: a\nport: 2", "duplicate key", 3],
  ["routes:\n  - service: a\n    service: b", "duplicate key", 3],
  ["a: 1\n b: 2", "block as implicit key", 1],
  ["routes:\n\t- a", "tab as indent", 2],
  ["host: 'hunter2", "missing char", 1],
  ["port: 1\n---\nport: 2", "multiple docs", 2],
  ["host: a\nport: !secret hunter2", "tag resolve failed", 2],
  ["host: a\n? [hunter2]\n: 1", "a key that is no name", 2],
  ["host: &a b\n*a : 1", "a key that is no name", 2],
])("%p is a %s in line %d", (yaml, reason, line) => {
  expect(problemsOf(yaml)).toEqual([
    `config: wanted a well-formed file, got a syntax error: ${reason} (gateway.yaml:${line})`,
  ]);
});

test("aliases work, and name the line of what they stand for", () => {
  const yaml = "cors_origins: &list [https://a.example]\ncors_methods: *list\nroutes: [*list]";
  expect(parseYaml(yaml).value).toMatchObject({ cors_methods: ["https://a.example"] });
  expect(problemsOf("host: &a x y\nlog_level: *a")).toEqual([
    "host: wanted an address or a host name, got a string of 3 characters (gateway.yaml:1)",
    "log_level: wanted one of trace, debug, info, warn, error, got a string of 3 characters (gateway.yaml:2)",
  ]);
});

test("aliases that blow a small file up are refused at once", () => {
  const bomb = Array.from(
    { length: 30 },
    (_, index) => `a${index}: &a${index} [${index === 0 ? "x" : `*a${index - 1},*a${index - 1}`}]`,
  );
  const started = performance.now();
  expect(problemsOf(bomb.join("\n"))).toEqual([
    "config: wanted a well-formed file, got a syntax error: too many aliases (gateway.yaml)",
  ]);
  expect(performance.now() - started).toBeLessThan(5000);
});

test("an alias to what is around it ends", () => {
  expect(problemsOf("routes: &r [*r]")).toEqual([
    "routes[0]: wanted settings by name, got a list of 1 (gateway.yaml:1)",
  ]);
});

test("merge keys are unknown names", () => {
  expect(problemsOf("<<: {port: 1}")).toEqual([
    '["<<"]: wanted a known setting, see docs/configuration.md, got an unknown name (gateway.yaml:1)',
  ]);
});

test("a list nested ten thousand times is refused, not a crash", () => {
  expect(problemsOf(`routes: ${"[".repeat(10_000)}`)).toHaveLength(1);
});

test("a line is that of the nearest thing that stands in the file", () => {
  const { lineOf } = parseYaml("a:\n  b:\n    - c: 1\n    - d");
  expect(lineOf(["a", "b", "0", "c"])).toBe(3);
  expect(lineOf(["a", "b", "0", "missing"])).toBe(3);
  expect(lineOf(["a", "b", "1"])).toBe(4);
  expect(lineOf(["a", "b", "9"])).toBe(2);
  expect(lineOf(["missing"])).toBeUndefined();
});
