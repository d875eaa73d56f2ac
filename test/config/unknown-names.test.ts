import { describe, expect, test } from "bun:test";
import { suggest } from "../../sdk/validation/suggest.ts";
import { settingsFrom } from "./settings-from.ts";

const secret = "hunter2-hunter2";

const files = {
  yaml: (key: string) => ({
    yaml: `${JSON.stringify(key)}: ${secret}\nroutes: [{service: a_service, path_prefix: /a, ${JSON.stringify(key)}: ${secret}}]`,
  }),
  json: (key: string) => ({
    json: `{${JSON.stringify(key)}: "${secret}",\n"routes": [{"service": "a_service", "path_prefix": "/a", ${JSON.stringify(key)}: "${secret}"}]}`,
  }),
  toml: (key: string) => ({
    toml: `${JSON.stringify(key)} = "${secret}"\n[[routes]]\nservice = "a_service"\npath_prefix = "/a"\n${JSON.stringify(key)} = "${secret}"`,
  }),
};

describe.each(["yaml", "json", "toml"] as const)("in %s", (format) => {
  test.each([
    ["tls_cert", "tls_cert", ".tls_cert"],
    ["tls_cert", "tls_cert", ".tls_cert"],
    ["__proto__", "__proto__", ".__proto__"],
    ["constructor", "constructor", ".constructor"],
    ["<<", '["<<"]', '["<<"]'],
    ["12", "12", ".12"],
    ["", '[""]', '[""]'],
    ["a/b~c", '["a/b~c"]', '["a/b~c"]'],
    ["PORT: 1\n\u001b[2J\u009b2J\u202e", '["PORT: 1??[2J?2J?"]', '["PORT: 1??[2J?2J?"]'],
    ["long".repeat(40), `["${"long".repeat(10)}"]`, `["${"long".repeat(10)}"]`],
  ])("the unknown name %p is refused, its value unsaid", (key, path, below) => {
    const { problems, settings } = settingsFrom({ file: files[format](key) });
    const lines = problems.join("\n");
    expect(problems).toHaveLength(2);
    expect(problems[0]).toStartWith(`${path}: wanted a known setting`);
    expect(problems[1]).toStartWith(`routes[0]${below}: wanted one of service, path_prefix,`);
    expect(lines).not.toContain(secret);
    // Nothing steers the terminal or fakes a line.
    expect(lines.replaceAll("\n", "")).not.toMatch(/[^ -~]/);
    expect(lines.split("\n")).toHaveLength(2);
    expect(settings.routes).toEqual([]);
  });
});

test("a name polluting the prototype of everything does not", () => {
  const { problems } = settingsFrom({
    file: { json: '{"__proto__": {"debug": true}, "routes": [{"__proto__": {"service": "a_service"}}]}' },
  });
  expect(problems.length).toBeGreaterThan(1);
  expect("debug" in {}).toBe(false);
});

test("the settings that a misspelt name may mean are suggested", () => {
  const problems = settingsFrom({
    file: {
      yaml: "prot: 1\ncors_origin: x\nmaxBodyBytes: 1\nDRAIN-SECONDS: 1\nroutes: [{service: a_service, path_prefix: /a, time_out: 1}]",
    },
  }).problems;
  expect(problems).toEqual([
    "prot: wanted a known setting (did you mean port?), got an unknown name (gateway.yaml:1)",
    "cors_origin: wanted a known setting (did you mean cors_origins?), got an unknown name (gateway.yaml:2)",
    "maxBodyBytes: wanted a known setting (did you mean max_body_bytes?), got an unknown name (gateway.yaml:3)",
    "DRAIN-SECONDS: wanted a known setting (did you mean drain_seconds?), got an unknown name (gateway.yaml:4)",
    "routes[0].time_out: wanted a known setting (did you mean timeout?), got an unknown name (gateway.yaml:5)",
  ]);
});

test("only the nearest names are suggested, and none that is far off", () => {
  expect(suggest("trusted_proxy", ["trusted_proxies", "port"])).toEqual(["trusted_proxies"]);
  expect(suggest("ho", ["host", "port"])).toEqual(["host"]);
  expect(suggest("h", ["host", "port"])).toEqual([]);
  expect(suggest("post", ["port", "host", "path"])).toEqual(["port", "host"]);
  expect(suggest("ports", ["port", "host"])).toEqual(["port"]);
  expect(suggest("redis_url", ["port", "routes"])).toEqual([]);
  expect(suggest("x".repeat(100_000), ["port"])).toEqual([]);
});

test("the name of a core plugin is no setting", () => {
  expect(settingsFrom({ file: { yaml: "cors: {cors_origins: []}" } }).problems).toHaveLength(1);
});
