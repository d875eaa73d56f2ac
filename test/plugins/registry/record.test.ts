import { describe, expect, test } from "bun:test";
import { routeSchema } from "@isaas/gateway-sdk/contract";
import { createRecordParser, keyOf, serviceOf } from "../../../plugins/registry/record.ts";
import { toRecord, toRoute } from "./parts.ts";

const parse = createRecordParser(routeSchema);
const parseJson = (value: unknown) => parse(JSON.stringify(value));

test("a record comes back as it was written", () => {
  const full = toRecord({
    version: "1.2.3",
    openapi: "/openapi.json",
    metadata: { zone: "eu", deep: { a: [1, null] } },
    draining: true,
    check_interval: 1.5,
    routes: [toRoute("/api/v1/a", { methods: ["GET"] }), toRoute("/api/v1/b", { methods: ["WEBSOCKET"] })],
    token_hashes: ["a".repeat(64), "0".repeat(64), "f".repeat(64)],
  });
  expect(parseJson(full)).toEqual(full);
});

test("a key says of which service it is", () => {
  expect(keyOf("billing_service", "a.b-c_d")).toBe("billing_service/a.b-c_d");
  expect(serviceOf("billing_service/a.b-c_d")).toBe("billing_service");
});

describe("what somebody else wrote is no record:", () => {
  test.each(["", "null", "7", "[]", "{}", '"x"', "{", "\0"])("%j", (text) => {
    expect(parse(text)).toBeUndefined();
  });

  test("nesting without an end", () => {
    expect(parse("[".repeat(100_000))).toBeUndefined();
    const metadata = `{"a":${"[".repeat(50_000)}${"]".repeat(50_000)}}`;
    expect(parse(JSON.stringify(toRecord()).replace('"metadata":{}', `"metadata":${metadata}`))).toBeUndefined();
  });

  test.each<[string, object]>([
    ["a host with a path", { host: "127.0.0.1/x" }],
    ["a host with a user", { host: "a@b" }],
    ["no host", { host: undefined }],
    ["a port too many", { port: 70_000 }],
    ["a port as text", { port: "80" }],
    ["a check elsewhere", { check_endpoint: "//evil.example/" }],
    ["a check with a line break", { check_endpoint: "/a\r\nx: y" }],
    ["a check too often", { check_interval: 0.01 }],
    ["an id with a slash", { instance_id: "a/b" }],
    ["a service with a slash", { service_name: "a/b" }],
    ["a document elsewhere", { openapi: "//evil.example/" }],
    ["a document itself", { openapi: { openapi: "3.1.0", paths: {} } }],
    ["no routes", { routes: [] }],
    ["a route outside all schemas", { routes: [{ path_prefix: "/api/v1/../x" }] }],
    ["a key that nobody knows", { admin: true }],
    ["no token", { token_hashes: [] }],
    ["nine tokens", { token_hashes: Array.from({ length: 9 }, () => "0".repeat(64)) }],
    ["a token in the clear", { token_hashes: ["secret"] }],
    ["a lease without end", { lease_seconds: 0 }],
    ["a weight of none", { weight: 0 }],
    ["draining as text", { draining: "false" }],
    ["a time of a page", { registered_at: "x".repeat(41) }],
    ["metadata that is none", { metadata: [] }],
  ])("%s", (_, more) => {
    expect(parseJson({ ...toRecord(), ...more })).toBeUndefined();
  });

  test("a key of JavaScript's own", () => {
    const text = JSON.stringify(toRecord()).replace("{", '{"__proto__":{"draining":true},');
    expect(parse(text)).toBeUndefined();
  });
});

test("a record of an earlier version, whose routes said less, gets the defaults of what it leaves out", () => {
  const { circuit_breaker: _breaker, timeout: _timeout, ...route } = toRecord().routes[0] as Record<string, unknown>;
  const parsed = parse(JSON.stringify({ ...toRecord(), routes: [route] }));
  expect(parsed?.routes[0]).toMatchObject({ circuit_breaker: true, timeout: 30 });
});
