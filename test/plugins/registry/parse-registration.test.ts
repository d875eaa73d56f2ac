import { describe, expect, test } from "bun:test";
import { good, marker, parse, problemsOf, route } from "./registrations.ts";

const pathsOf = async (body: unknown) => (await problemsOf(body)).map(({ path }) => path);

describe("the body of the seed", () => {
  const body = {
    service_name: "context_service",
    host: "context-service",
    port: 8001,
    check_endpoint: "/health",
    check_interval: 30,
  };

  test("is a registration", () => {
    expect(parse(body, "10.0.0.9")).toEqual({
      ...body,
      metadata: {},
      weight: 1,
      lease_seconds: 30,
      instance_id: expect.stringMatching(/^[0-9a-f]{16}$/),
      routes: undefined,
    });
  });

  test("stays as it was", () => {
    const frozen = Object.freeze({ ...body, routes: Object.freeze([Object.freeze({ ...route })]) });
    const before = JSON.stringify(frozen);
    parse(frozen, "10.0.0.9");
    expect(JSON.stringify(frozen)).toBe(before);
  });
});

describe("an id that nobody chose", () => {
  const idOf = (more: object) => parse({ ...good, ...more }, "10.0.0.1").instance_id;

  test("is the same for the same service, host and port, however the host is written", () => {
    expect(idOf({ host: "Billing.Internal." })).toBe(idOf({ host: "billing.internal" }));
    expect(idOf({ host: "FD12:0:0::1" })).toBe(idOf({ host: "fd12::1" }));
    expect(idOf({ host: undefined })).toBe(idOf({ host: "10.0.0.1" }));
    expect(idOf({ weight: 7, version: "2" })).toBe(idOf({}));
  });

  test("is another for another service, host or port", () => {
    const ids = [{}, { port: 9001 }, { host: "10.0.0.2" }, { service_name: "stock_service" }].map(idOf);
    expect(new Set(ids).size).toBe(4);
  });
});

test("a mistake says what is wanted", async () => {
  const body = { ...good, port: marker, version: "v".repeat(65), routes: marker, check_endpoint: marker };
  expect(await problemsOf(body)).toEqual([
    { path: "port", message: "wanted an integer from 1 to 65535" },
    { path: "check_endpoint", message: "wanted a path such as /health" },
    { path: "version", message: "wanted 1 to 64 characters" },
    { path: "routes", message: "wanted a list of 1 to 100 routes" },
  ]);
});

test("everything wrong is named at once", async () => {
  const wrong = {
    service_name: marker.toUpperCase(),
    instance_id: `/${marker}`,
    host: `${marker}/`,
    port: marker,
    check_endpoint: marker,
    check_interval: marker,
    metadata: marker,
    version: { marker },
    weight: marker,
    lease_seconds: marker,
    openapi: marker,
    routes: [{ path_prefix: marker, methods: [marker], timeout: marker, balance: { policy: marker, hash_on: marker } }],
    surprise: marker,
  };
  expect((await pathsOf(wrong)).toSorted()).toEqual([
    "check_endpoint",
    "check_interval",
    "host",
    "instance_id",
    "lease_seconds",
    "metadata",
    "openapi",
    "port",
    "routes[0].balance.hash_on",
    "routes[0].balance.policy",
    "routes[0].methods[0]",
    "routes[0].path_prefix",
    "routes[0].timeout",
    "service_name",
    "surprise",
    "version",
    "weight",
  ]);
});

test.each([{}, { host: "10.0.0.1" }])("what has to be there and is not, is named: %j", async (body) => {
  expect(await pathsOf(body)).toEqual(["service_name", "port"]);
});

describe("bounds hold on both sides", () => {
  test.each<[string, readonly unknown[]]>([
    ["service_name", ["a", "a".repeat(64), "a_9"]],
    ["instance_id", ["a", "A.b_c-9", "9".repeat(64)]],
    ["host", ["localhost", "a", "A-b.c_d.example", "10.0.0.1", "::1", "fd12::1", "::ffff:10.0.0.1", "1.a", "a."]],
    ["port", [1, 65_535]],
    ["check_endpoint", ["/", "/a?b=c&d=%20", `/${"a".repeat(511)}`, "/a//b"]],
    ["check_interval", [1, 1.5, 3600]],
    ["metadata", [{}, Object.fromEntries(Array.from({ length: 64 }, (_, index) => [`k${index}`, index]))]],
    ["version", ["1", "v".repeat(64)]],
    ["weight", [1, 1000]],
    ["lease_seconds", [3, 3600]],
    ["openapi", ["/openapi.json", { openapi: "3.1.0", paths: {} }]],
  ])("of %s", (field, values) => {
    for (const value of values) expect(() => parse({ ...good, [field]: value }, "10.0.0.1")).not.toThrow();
  });

  test("of the size of metadata: 8 KiB of JSON", async () => {
    const metadataOf = (bytes: number) => ({ a: "x".repeat(bytes - '{"a":""}'.length) });
    expect(() => parse({ ...good, metadata: metadataOf(8192) }, "")).not.toThrow();
    expect(await pathsOf({ ...good, metadata: metadataOf(8193) })).toEqual(["metadata"]);
    // In bytes, not in characters.
    expect(await pathsOf({ ...good, metadata: { a: "ä".repeat(5000) } })).toEqual(["metadata"]);
  });

  test("of the size of a document: 1 MiB of JSON", async () => {
    const documentOf = (bytes: number) => {
      const empty = { openapi: "3.1.0", paths: {}, x: "" };
      return { ...empty, x: "x".repeat(bytes - JSON.stringify(empty).length) };
    };
    expect(() => parse({ ...good, openapi: documentOf(1024 * 1024) }, "")).not.toThrow();
    expect(await pathsOf({ ...good, openapi: documentOf(1024 * 1024 + 1) })).toEqual(["openapi"]);
  });

  test("of the number of routes: 100", async () => {
    const routesOf = (count: number) =>
      Array.from({ length: count }, (_, index) => ({ path_prefix: `/api/v1/billing/${index}` }));
    expect(parse({ ...good, routes: routesOf(100) }, "").routes).toHaveLength(100);
    expect(await pathsOf({ ...good, routes: routesOf(101) })).toEqual(["routes"]);
  });
});

describe("a field that nobody knows", () => {
  test("is named, and with it the one that was meant", async () => {
    expect(await problemsOf({ ...good, prot: marker })).toEqual([
      { path: "prot", message: "wanted a known field (did you mean port?)" },
    ]);
  });

  test.each(["__proto__", "constructor", "toString", "hasOwnProperty"])("may be called %s", async (name) => {
    const body: unknown = JSON.parse(`{"service_name":"a","port":1,"${name}":{"host":"${marker}"}}`);
    expect(await pathsOf(body)).toEqual([name]);
    const inRoute: unknown = JSON.parse(
      `{"service_name":"a","port":1,"routes":[{"path_prefix":"/api/v1/a","${name}":{"timeout":1}}]}`,
    );
    expect(await pathsOf(inRoute)).toEqual([`routes[0].${name}`]);
  });

  test.each([999, 1000, 1001, 10_000])("may come %d times: the body is refused all the same", async (count) => {
    const many = Object.fromEntries(Array.from({ length: count }, (_, index) => [`k${index}`, marker]));
    expect(await pathsOf({ ...many, ...good })).not.toEqual([]);
    expect(await pathsOf({ ...many, ...good, host: `http://${marker}/`, port: "x" })).not.toEqual([]);
  });

  test("cannot fake a line or a field by its name", async () => {
    const paths = await pathsOf({ ...good, "a\nb": 1, "routes[0].timeout": 1, ["x".repeat(10_000)]: 1 });
    expect(paths.every((path) => !path.includes("\n") && path.length < 80)).toBe(true);
    expect(paths).toContain('["routes[0].timeout"]');
  });
});

test("metadata may have keys of any name, and touches nothing but itself", () => {
  const body: unknown = JSON.parse(
    '{"service_name":"a","port":1,"metadata":{"__proto__":{"polluted":1},"a\\nb":1,"":2,"constructor":{"prototype":{"polluted":1}}}}',
  );
  const { metadata } = parse(body, "10.0.0.1");
  expect(Object.keys(metadata)).toEqual(["__proto__", "a\nb", "", "constructor"]);
  expect(Reflect.get({}, "polluted")).toBeUndefined();
});

test.each(["constructor", "valueof", "prototype"])("a service may be called %s", (service_name) => {
  const routes = [{ path_prefix: "/api/v1/x", auth_required: false }];
  expect(parse({ service_name, port: 1, routes }, "10.0.0.1").routes).toMatchObject([{ auth_required: false }]);
});

test("the same method twice at one prefix is named, HEAD beside GET as well", async () => {
  const routes = [
    { ...route, methods: ["GET"] },
    { ...route, methods: ["HEAD"] },
  ];
  expect(await pathsOf({ ...good, routes })).toEqual(["routes[1].methods"]);
});

describe("a core service", () => {
  const core = { ...good, service_name: "context_service" };

  test("gets what its route leaves out from the core table", () => {
    const { routes } = parse({ ...core, routes: [{ path_prefix: "/api/v1/context" }] }, "");
    expect(routes).toMatchObject([{ methods: ["GET", "POST"], auth_required: true, circuit_breaker: true }]);
  });

  test("cannot loosen it", async () => {
    const open = { auth_required: false, rate_limit: false, circuit_breaker: false };
    const routes = [{ path_prefix: "/api/v1/context" }, { path_prefix: "/api/v1/context/open", ...open }];
    expect(await pathsOf({ ...core, routes })).toEqual([
      "routes[1].auth_required",
      "routes[1].rate_limit",
      "routes[1].circuit_breaker",
    ]);
    const more = [{ path_prefix: "/api/v1/context", methods: ["GET", "DELETE"] }];
    expect(await pathsOf({ ...core, routes: more })).toEqual(["routes[0].methods"]);
  });
});

describe("a body made to be expensive is refused in time:", () => {
  test.each<[string, unknown]>([
    ["10,000 routes", { ...good, routes: Array.from({ length: 10_000 }, () => route) }],
    ["10,000 numbers for routes", { ...good, routes: Array.from({ length: 10_000 }, (_, index) => index) }],
    ["a million methods", { ...good, routes: [{ ...route, methods: Array.from({ length: 1_000_000 }, () => "GET") }] }],
    [
      "100,000 entries of metadata",
      { ...good, metadata: Object.fromEntries(Array.from({ length: 100_000 }, (_, i) => [`k${i}`, i])) },
    ],
    ["a name of a megabyte", { ...good, service_name: "a".repeat(1_000_000) }],
    ["a host of a megabyte", { ...good, host: "a.".repeat(500_000) }],
    ["a host of many hyphens", { ...good, host: `${"a-".repeat(126)}` }],
    ["a prefix of a megabyte", { ...good, routes: [{ path_prefix: "/a".repeat(500_000) }] }],
    ["a field of a megabyte", { ...good, ["a".repeat(1_000_000)]: 1 }],
  ])("%s", async (_, body) => {
    const started = performance.now();
    expect(await pathsOf(body)).toHaveLength(1);
    expect(performance.now() - started).toBeLessThan(3000);
  });
});
