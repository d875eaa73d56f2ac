import { expect, test } from "bun:test";
import { parseJson } from "../../../src/config/formats/json.ts";
import { settingsFrom } from "../settings-from.ts";

const problemsOf = (json: string) => settingsFrom({ file: { json } }).problems;

test.each([
  ['{"port": 1,\n"host": "a",\n}', 2],
  ['{"port": 1,\n"host": hunter2}', 2],
  ['{"port": 1\n"host": "a"}', 1],
  ['{"port": 1,\n// a comment\n"host": "a"}', 2],
  ["{\n\n'port': 1}", 3],
  ['{"port":\n01}', 2],
  ['{"port":\nNaN}', 2],
  ['{"host": "hunter2\n"}', 1],
  ['{"port": 1}\n}', 2],
  ["port: 1", 1],
])("%p is a syntax error in line %d", (json, line) => {
  const [problem = "", ...more] = problemsOf(json);
  expect(more).toEqual([]);
  expect(problem).toStartWith("config: wanted a well-formed file, got a syntax error: ");
  expect(problem).toEndWith(` (gateway.json:${line})`);
  expect(problem).not.toContain("hunter2");
});

test("a key given twice is refused, which JSON.parse lets pass", () => {
  expect(problemsOf('{"port": 1,\n"port": 2}')).toEqual([
    "config: wanted a well-formed file, got a syntax error: duplicate key (gateway.json:2)",
  ]);
  expect(problemsOf('{"port": 1,\n"p\\u006frt": 2}')).toHaveLength(1);
});

test("tabs, escapes and large numbers are read as JSON.parse reads them", () => {
  const text = '{\t"a": "\\u00e9\\/\\ud83d\\ude00",\n\t\t"b": [1e3, -0.5, 12345678901234567890],\n\t"c": null }';
  expect(parseJson(text).value).toEqual(JSON.parse(text));
});

test("a wrong value is named with its line", () => {
  expect(problemsOf('{\n  "routes": [\n    { "service": "a_service",\n      "path_prefix": "x" }\n  ]\n}')).toEqual([
    'routes[0].path_prefix: wanted a path such as /api/v1/billing, without a slash at its end, got "x" (gateway.json:4)',
  ]);
});
