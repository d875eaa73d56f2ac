import { describe, expect, test } from "bun:test";
import { runGateway } from "../support/gateway.ts";
import { runners } from "./runners.ts";
import { settingsDirectory } from "./settings-file.ts";

const directory = settingsDirectory();
const services = { CONTEXT_SERVICE_URL: "http://context-1:8001,http://context-2:8001/base" };

test("gateway explain GET /api/v1/context/x", async () => {
  const { stdout } = await runGateway(["explain", "GET", "/api/v1/context/x"], services);
  expect(stdout).toMatchInlineSnapshot(`
    "request     GET /api/v1/context/x
    route       /api/v1/context  (GET, POST)
    timeout     30 s
    retries     2
    policy      auth_required: on
    policy      rate_limit: on
    policy      circuit_breaker: on
    chain  1    edge: cors
    chain  2    identity: auth
    chain  3    admission: limits
                  caller: 1000000 a second, burst 1000000, per caller
    chain  4    upstream: breakers
                  circuit closed: opens at 1000000 failures in 120 s of at least 5 requests, for 60 s
    chain  5    upstream: forward
    service     context_service, as /x
    balance     least_loaded
    instance    http://context-1:8001  (0 in flight)
    instance    http://context-2:8001/base  (0 in flight)
    "
  `);
});

describe.each(runners)("explain by %s", (_, run) => {
  test("the method is GET unless said, in any case", async () => {
    const wanted = await run(["explain", "GET", "/api/v1/context/x"], services);
    expect(wanted.code).toBe(0);
    expect(await run(["explain", "/api/v1/context/x"], services)).toEqual(wanted);
    expect(await run(["explain", "get", "/api/v1/context/x"], services)).toEqual(wanted);
  });

  test("a query is cut off: no route depends on it, and it may hold a token", async () => {
    const { code, stdout } = await run(["explain", "GET", "/api/v1/context/x?token=hunter2"], services);
    expect(code).toBe(0);
    expect(stdout).not.toContain("hunter2");
  });

  test("a path is taken as the gate takes it", async () => {
    for (const path of ["/api/v1/%63ontext/x", "/api/v1/intent/../context/x", "/api/v1/%2e/context/x"]) {
      expect((await run(["explain", path], services)).stdout).toStartWith("request     GET /api/v1/context/x\n");
    }
  });

  test.each([
    "/api/v1//context",
    "/api/v1/context%2Fx",
    "/api/v1/context%00",
    "/api/v1/context/..;/x",
    "/api/v1/%ff",
    "/x%zz",
  ])("%s is refused as the gate refuses it", async (path) => {
    const { code, stdout, stderr } = await run(["explain", path], services);
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toMatch(
      /^the gateway answers 400 INVALID_REQUEST: The request is malformed\.\n {2}path: wanted [^\n]+\n$/,
    );
  });

  test("a path that nothing serves is 404", async () => {
    expect(await run(["explain", "/nowhere"], services)).toEqual({
      code: 1,
      stdout: "request     GET /nowhere\nanswer      404 NOT_FOUND: no route serves this path\n",
      stderr: "",
    });
  });

  test("a method that the route does not serve is 405 with those it does", async () => {
    expect(await run(["explain", "DELETE", "/api/v1/context/x"], services)).toEqual({
      code: 1,
      stdout:
        "request     DELETE /api/v1/context/x\nanswer      405 METHOD_NOT_ALLOWED: the route serves GET, HEAD, POST\n",
      stderr: "",
    });
  });

  test("the gateway's own endpoints are told apart from routes", async () => {
    expect(await run(["explain", "/health/ready"])).toEqual({
      code: 0,
      stdout: "request     GET /health/ready\nanswer      by an endpoint of the gateway itself\n",
      stderr: "",
    });
  });

  test("WEBSOCKET is a method of its own", async () => {
    const environment = { REALTIME_SERVICE_URL: "http://realtime", ...services };
    expect(await run(["explain", "WEBSOCKET", "/api/v1/realtime"], environment)).toMatchObject({ code: 0 });
    expect(await run(["explain", "websocket", "/api/v1/context"], environment)).toMatchObject({ code: 1 });
  });

  test("a route of the file is told as it is set", async () => {
    const path = directory.write(
      "route.yaml",
      "routes: [{service: a_service, path_prefix: /a, methods: [GET], strip_prefix: false, timeout: 0.5, rate_limit: false, balance: {policy: consistent_hash, hash_on: 'cookie:sid'}}]",
    );
    const { code, stdout } = await run(["explain", "/a/b", "--config", path]);
    expect(code).toBe(0);
    expect(stdout).toContain("route       /a  (GET)\ntimeout     0.5 s\nretries     2\n");
    expect(stdout).toContain("policy      rate_limit: off\n");
    expect(stdout).toContain(
      "service     a_service, as /a/b\nbalance     consistent_hash on cookie:sid\ninstance    none: 503 SERVICE_UNAVAILABLE\n",
    );
  });

  test("its rules, its fallback and its circuit are told under the plugins that see to them", async () => {
    const path = directory.write(
      "rules.yaml",
      `limits: [{name: gold, per_second: 2, burst: 4, per: [route, address], scopes: [gold, rich], unless_scopes: [poor]}]
circuits: {a_service: {failure_rate: 0.5, minimum_requests: 7, window_seconds: 9, recovery_seconds: 3}}
routes:
  - service: a_service
    path_prefix: /a
    limits: {rules: [gold, {name: own, per_second: 0.5, burst: 3}], cost: 2, shadow: true, when_store_fails: refuse}
    breakers: {fallback: {on: [open, timeout], service: b_service}}
  - {service: a_service, path_prefix: /b, rate_limit: false, circuit_breaker: false, breakers: {fallback: {status: 204}}}
`,
    );
    const chainOf = async (of: string): Promise<string[]> => {
      const lines = (await run(["explain", of, "--config", path])).stdout.split("\n");
      return lines.filter((line) => /^(chain| )/.test(line)).map((line) => line.slice(12));
    };
    expect(await chainOf("/a")).toEqual([
      "edge: cors",
      "identity: auth",
      "admission: limits",
      "  gold: 2 a second, burst 4, per address and route, with scope gold or rich, without scope poor",
      "  own: 0.5 a second, burst 3, per caller",
      "  a request costs 2",
      "  shadow: nobody is refused",
      "  503 while the store is away",
      "upstream: breakers",
      "  circuit closed: opens at a share of failures of 0.5 in 9 s of at least 7 requests, for 3 s",
      "  fallback when open or timeout: b_service",
      "upstream: forward",
    ]);
    expect(await chainOf("/b")).toEqual([
      "edge: cors",
      "identity: auth",
      "upstream: breakers",
      "  fallback when open or unavailable: 204, always the same",
      "upstream: forward",
    ]);
  });

  test.each<[string[], string]>([
    [["explain"], "PATH: wanted a path that starts with /, got nothing (command line)\n"],
    [["explain", "GET"], 'PATH: wanted a path that starts with /, got "GET" (command line)\n'],
    [["explain", "GET", "x"], 'PATH: wanted a path that starts with /, got "x" (command line)\n'],
    [["explain", "GET", "/x", "/y"], "arguments: wanted [METHOD] PATH, got 3 (command line)\n"],
    [
      ["explain", "FETCH", "/x"],
      'METHOD: wanted one of GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS, WEBSOCKET, got "FETCH" (command line)\n',
    ],
    [
      ["explain", "/x", "--port", "1"],
      "--port: wanted one of --config, --url, --plugins, got an unknown flag (command line)\n",
    ],
  ])("%j is refused", async (args, stderr) => {
    expect(await run(args)).toEqual({ code: 1, stdout: "", stderr });
  });

  test("wrong settings are told instead", async () => {
    expect(await run(["explain", "/x"], { PORT: "x" })).toMatchObject({ code: 1, stdout: "" });
  });
});
