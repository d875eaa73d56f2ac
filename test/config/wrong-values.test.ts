import { describe, expect, test } from "bun:test";
import { describeValue } from "../../src/config/problem.ts";
import { settingsFrom } from "./settings-from.ts";

const problemsOf = (yaml: string) => settingsFrom({ file: { yaml } }).problems;

test.each([
  ["port: '80'", 'port: wanted an integer from 0 to 65535, got "80"'],
  ["port: 80.5", "port: wanted an integer from 0 to 65535, got 80.5"],
  ["port: 1e400", "port: wanted an integer from 0 to 65535, got Infinity"],
  ["port: .nan", "port: wanted an integer from 0 to 65535, got NaN"],
  ["port:", "port: wanted an integer from 0 to 65535, got null"],
  ["port: [80]", "port: wanted an integer from 0 to 65535, got a list of 1"],
  ["port: {a: 1}", "port: wanted an integer from 0 to 65535, got settings by name"],
  ["drain_seconds: .inf", "drain_seconds: wanted a number from 0 to 3600, got Infinity"],
  ["drain_seconds: -.inf", "drain_seconds: wanted a number from 0 to 3600, got -Infinity"],
  ["drain_seconds: 3600.5", "drain_seconds: wanted a number from 0 to 3600, got 3600.5"],
  ["debug: yes", 'debug: wanted true or false, got "yes"'],
  ["debug: 1", "debug: wanted true or false, got 1"],
  ["log_level: INFO", 'log_level: wanted one of trace, debug, info, warn, error, got "INFO"'],
  ["log_level: 3", "log_level: wanted one of trace, debug, info, warn, error, got 3"],
  ["host: ''", "host: wanted an address or a host name, got an empty string"],
  ["host: 7", "host: wanted an address or a host name, got 7"],
  [
    "api_v1_prefix: /api/v1/",
    'api_v1_prefix: wanted a path such as /api/v1, without a slash at its end, got "/api/v1/"',
  ],
  ["api_v1_prefix: /", 'api_v1_prefix: wanted a path such as /api/v1, without a slash at its end, got "/"'],
  [
    `api_v1_prefix: /${"a".repeat(100)}`,
    "api_v1_prefix: wanted a path such as /api/v1, without a slash at its end, got a string of 101 characters",
  ],
  ["max_body_bytes: 10MiB", 'max_body_bytes: wanted an integer from 0 to 1125899906842624, got "10MiB"'],
  [
    "max_body_bytes: 99999999999999999999999",
    "max_body_bytes: wanted an integer from 0 to 1125899906842624, got 1e+23",
  ],
  ["cors_origins: '*'", 'cors_origins: wanted a list of origins such as https://app.example.org, or *, got "*"'],
  [
    "cors_origins: [https://u:p@x]",
    "cors_origins[0]: wanted an origin such as https://app.example.org, or *, got a string of 13 characters",
  ],
  [
    "trusted_proxies: {}",
    "trusted_proxies: wanted a list, each an address or a CIDR block such as 10.0.0.0/8, got settings by name",
  ],
  ["trusted_proxies: [1]", "trusted_proxies[0]: wanted an address or a CIDR block such as 10.0.0.0/8, got 1"],
  [
    "dns_servers: 10.0.0.2",
    'dns_servers: wanted a list, each an address such as 10.0.0.2, 10.0.0.2:8600 or [fd00::2]:8600, got "10.0.0.2"',
  ],
  ...["ns.example", "10.0.0.2:0", "10.0.0.2:65536", "10.0.0", "[fd00::2", "[10.0.0.2]:53", "10.0.0.2:53:53", ""].map(
    (server): [string, string] => [
      `dns_servers: ["${server}"]`,
      `dns_servers[0]: wanted an address such as 10.0.0.2, 10.0.0.2:8600 or [fd00::2]:8600, got ${describeValue(server)}`,
    ],
  ),
  ["routes: {}", "routes: wanted a list, each settings by name, got settings by name"],
])("%s", (yaml, problem) => {
  expect(problemsOf(yaml)).toEqual([`${problem} (gateway.yaml:1)`]);
});

test("a DNS server is an address, with or without a port", () => {
  const servers = ["10.0.0.2", "10.0.0.2:8600", "fd00::2", "[fd00::2]", "[fd00::2]:65535"];
  const { settings, problems } = settingsFrom({ environment: { DNS_SERVERS: servers.join(", ") } });
  expect(problems).toEqual([]);
  expect(settings.dnsServers).toEqual(servers);
});

test("negative zero is zero", () => {
  const { settings, problems } = settingsFrom({ file: { yaml: "port: -0\nmax_body_bytes: -0\ndrain_seconds: -0.0" } });
  expect(problems).toEqual([]);
  expect(settings.port === 0 && settings.maxBodyBytes === 0 && settings.drainMs === 0).toBe(true);
});

describe("routes", () => {
  test("every mistake is named by its path and line", () => {
    const yaml = `
routes:
  - service: context_service
    path_prefix: /api/v1/context
  - service: Billing
    path_prefix: /api/v1/billing/
    methods: [GET, FETCH]
    strip_prefix: "true"
    timeout: 0
    circuit_breaker: 1
  - path_prefix: /a//b
    methods: []
  - null
  - service: a_service
    path_prefix: ${`/${"a".repeat(256)}`}
    methods: [GET, GET]`;
    expect(problemsOf(yaml)).toEqual([
      'routes[1].service: wanted a service name such as billing_service, got "Billing" (gateway.yaml:5)',
      'routes[1].path_prefix: wanted a path such as /api/v1/billing, without a slash at its end, got "/api/v1/billing/" (gateway.yaml:6)',
      'routes[1].methods[1]: wanted one of GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS, WEBSOCKET, got "FETCH" (gateway.yaml:7)',
      'routes[1].strip_prefix: wanted true or false, got "true" (gateway.yaml:8)',
      "routes[1].timeout: wanted a number above 0, at most 3600, got 0 (gateway.yaml:9)",
      "routes[1].circuit_breaker: wanted true or false, got 1 (gateway.yaml:10)",
      "routes[2].service: wanted a service name such as billing_service, got nothing (gateway.yaml:11)",
      'routes[2].path_prefix: wanted a path such as /api/v1/billing, without a slash at its end, got "/a//b" (gateway.yaml:11)',
      "routes[2].methods: wanted a list of 1 or more, none twice, each one of GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS, WEBSOCKET, got a list of 0 (gateway.yaml:12)",
      "routes[3]: wanted settings by name, got null (gateway.yaml:13)",
      "routes[4].path_prefix: wanted a path such as /api/v1/billing, without a slash at its end, got a string of 257 characters (gateway.yaml:15)",
      "routes[4].methods: wanted a list of 1 or more, none twice, each one of GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS, WEBSOCKET, got a list of 2 (gateway.yaml:16)",
    ]);
  });

  test("a thousand mistakes are a thousand problems", () => {
    const yaml = `routes:\n${"  - service: 1\n    path_prefix: /a\n".repeat(900)}`;
    expect(problemsOf(yaml)).toHaveLength(900);
  });

  test("what a route leaves out stands at its default", () => {
    const { settings } = settingsFrom({ file: { yaml: "routes: [{service: a_service, path_prefix: /a}]" } });
    expect(settings.routes).toEqual([
      {
        service: "a_service",
        path_prefix: "/a",
        strip_prefix: true,
        timeout: 30,
        retries: 2,
        retry_unsafe: false,
        auth_required: true,
        rate_limit: true,
        circuit_breaker: true,
        plugins: {},
      },
    ]);
  });
});
