import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { definePlugin } from "@isaas/gateway-sdk/plugin";
import { Type } from "typebox";
import type { Gateway } from "../../src/gateway.ts";
import { composeInProcess, routeSetting } from "../support/in-process.ts";

/** Takes part in reading routes only, and stands for the rate limit. */
const sieve = definePlugin({
  name: "sieve",
  stage: "admission",
  enforces: ["rate_limit"],
  options: Type.Object({}),
  setup: () => ({ route: (route) => (route.methods.includes("GET") ? (next) => next : undefined) }),
});

let gateway: Gateway;

beforeAll(async () => {
  ({ gateway } = await composeInProcess({
    plugins: [sieve],
    environment: { CONTEXT_SERVICE_URL: "http://127.0.0.1:9,http://127.0.0.2:9/base" },
    routes: [
      routeSetting({ service: "context_service", path_prefix: "/api/v1/context", auth_required: true }),
      routeSetting({
        service: "drop_service",
        path_prefix: "/drop",
        methods: ["POST"],
        rate_limit: false,
        timeout: 1.5,
      }),
      routeSetting({
        service: "whole_service",
        path_prefix: "/whole",
        strip_prefix: false,
        auth_required: false,
        scopes: ["read", "whole:use"],
        balance: { policy: "consistent_hash", hash_on: "header:X-Customer" },
      }),
    ],
  }));
});

afterAll(() => gateway.close());

test("a request is explained by its route, policies, chain, service and instances", () => {
  expect(gateway.explain("GET", "/api/v1/context/items/7")).toEqual({
    method: "GET",
    path: "/api/v1/context/items/7",
    outcome: "route",
    route: { path_prefix: "/api/v1/context", methods: ["GET", "POST"], timeout: 30, retries: 2, retry_unsafe: false },
    policies: { auth_required: "on", rate_limit: "on", circuit_breaker: "on" },
    chain: [
      { stage: "edge", plugin: "cors" },
      { stage: "identity", plugin: "auth" },
      {
        stage: "admission",
        plugin: "limits",
        facts: ["caller: 1000000 a second, burst 1000000, per caller"],
      },
      { stage: "admission", plugin: "sieve" },
      {
        stage: "upstream",
        plugin: "breakers",
        facts: ["circuit closed: opens at 1000000 failures in 120 s of at least 5 requests, for 60 s"],
      },
    ],
    service: "context_service",
    forwards_to: "/items/7",
    balance: { policy: "least_loaded", hash_on: "client_address" },
    instances: ["http://127.0.0.1:9", "http://127.0.0.2:9/base"].map((url) => ({
      id: url,
      url,
      open: true,
      weight: 1,
      in_flight: 0,
      ejected: null,
    })),
  });
});

test("a plugin that stays out of a route is not in its chain, and a policy that is off is said to be", () => {
  expect(gateway.explain("POST", "/drop")).toMatchObject({
    route: { timeout: 1.5 },
    policies: { auth_required: "off", rate_limit: "off" },
    chain: [
      { stage: "edge", plugin: "cors" },
      { stage: "identity", plugin: "auth" },
      { stage: "upstream", plugin: "breakers" },
    ],
    forwards_to: "/",
    instances: [],
  });
});

test("an instance that fails is said to be ejected, until when and why", () => {
  const target = gateway.routes.find(({ service }) => service === "context_service")?.target;
  const [instance] = target?.instances ?? [];
  if (instance === undefined) throw new Error("there is no instance");
  for (let failure = 0; failure < 5; failure += 1) target?.failed(instance, "answered 503");
  const [ejected] = gateway.explain("GET", "/api/v1/context").instances ?? [];
  expect(ejected).toMatchObject({ id: instance.id, open: true, ejected: { reason: "answered 503" } });
  const untilMs = Date.parse(ejected?.ejected?.until ?? "");
  expect(Math.abs(untilMs - Date.now() - 30_000)).toBeLessThan(10_000);
});

test("a prefix that is not stripped is forwarded", () => {
  expect(gateway.explain("GET", "/whole/x")).toMatchObject({
    route: { scopes: ["read", "whole:use"] },
    policies: { auth_required: "off" },
    balance: { policy: "consistent_hash", hash_on: "header:X-Customer" },
    forwards_to: "/whole/x",
  });
});

describe("without a route, it says why", () => {
  test.each([
    ["GET", "/api/v1/nothing", { outcome: "not_found" }],
    ["DELETE", "/api/v1/context", { outcome: "method_not_allowed", allow: ["GET", "HEAD", "POST"] }],
    ["GET", "/health/ready", { outcome: "endpoint" }],
  ])("%s %s", (method, path, outcome) => {
    expect(gateway.explain(method, path)).toEqual({ method, path, ...outcome } as ReturnType<Gateway["explain"]>);
  });
});

describe("the path is the one the gate would make of it", () => {
  test.each([
    ["/api/v1/%63ontext/%7e%c3%a4", "/api/v1/context/~%C3%A4"],
    ["/api/v1/intent/../context/./x", "/api/v1/context/x"],
    ["/api/v1/context/x?token=secret", "/api/v1/context/x"],
    ["/api/v1/context/a b", "/api/v1/context/a%20b"],
  ])("%s is %s", (target, path) => {
    expect(gateway.explain("GET", target)).toMatchObject({ path, outcome: "route" });
  });

  test.each(["/api//v1/context", "/api%2fv1/context", "/api/v1/context/..;/x", "/%", "/#x"])(
    "%s is refused",
    (target) => {
      expect(() => gateway.explain("GET", target)).toThrow("The request is malformed.");
    },
  );
});
