import { describe, expect, test } from "bun:test";
import { coreServices, defaultMethods, policies } from "@isaas/gateway-sdk/contract";
import { defaultRoute, looseningProblems, withCoreDefaults } from "../../../plugins/registry/core-routes.ts";
import { fillRoute } from "./parts.ts";

/** Names that JavaScript's own objects have parts of. */
const oddNames = ["constructor", "__proto__", "toString", "hasOwnProperty"] as const;

describe("a service that names no route", () => {
  test.each([
    ["billing_service", "/api/v1/billing"],
    ["long_term_plan_service", "/api/v1/long-term-plan"],
    ["billing", "/api/v1/billing"],
    ["service", "/api/v1/service"],
    ["service_a", "/api/v1/service-a"],
    ["a_service_service", "/api/v1/a-service"],
    ["prediction_service", "/api/v1/predict"],
    ["context_service", "/api/v1/context"],
    ["constructor", "/api/v1/constructor"],
  ])("%s answers at %s", (service, path_prefix) => {
    expect(defaultRoute(service, "/api/v1")).toEqual({ path_prefix });
  });

  test.each(Object.entries(coreServices))("%s has the methods and policies of the core table", (service, core) => {
    const route = withCoreDefaults(service, defaultRoute(service, "/api/v1"));
    expect(route["methods"]).toEqual([...core.methods]);
    for (const policy of policies) expect(route[policy]).toBe(core.policies.includes(policy));
  });
});

describe("what a route says", () => {
  test("goes before the core table", () => {
    const route = withCoreDefaults("realtime_service", { path_prefix: "/x", methods: ["GET"], circuit_breaker: true });
    expect(route).toMatchObject({ methods: ["GET"], circuit_breaker: true, auth_required: true });
  });

  test.each([...oddNames, "billing_service"])("%s gets the methods of everybody else beside it", (service) => {
    expect(withCoreDefaults(service, { path_prefix: "/x" })).toEqual({
      path_prefix: "/x",
      methods: [...defaultMethods],
    });
  });
});

/** The paths of what loosens the protection of a service, when its first route is sound and its second says this. */
function loosened(service: string, more: object): string[] {
  const route = (said: object) => fillRoute(withCoreDefaults(service, { path_prefix: "/api/v1/x", ...said }));
  return looseningProblems(service, [route({}), route(more)]).map(({ path }) => path);
}

describe("a core service", () => {
  const asked = Object.entries(coreServices).flatMap(([service, core]) =>
    core.policies.map((policy) => [service, policy] as const),
  );

  test.each(asked)("%s cannot do without %s", (service, policy) => {
    expect(loosened(service, { [policy]: false })).toEqual([`routes[1].${policy}`]);
  });

  test.each(["PUT", "PATCH", "DELETE", "OPTIONS", "WEBSOCKET"])("cannot serve %s beside what it has", (method) => {
    expect(loosened("context_service", { methods: ["GET", method] })).toEqual(["routes[1].methods"]);
  });

  test("cannot loosen everything at once without hearing of everything", () => {
    const open = { auth_required: false, rate_limit: false, circuit_breaker: false, methods: ["DELETE"] };
    expect(loosened("intent_service", open)).toEqual([
      "routes[1].auth_required",
      "routes[1].rate_limit",
      "routes[1].circuit_breaker",
      "routes[1].methods",
    ]);
  });

  test("may be stricter: fewer methods, a breaker it need not have, HEAD named beside GET, a shorter timeout", () => {
    expect(loosened("context_service", { methods: ["GET"] })).toEqual([]);
    expect(loosened("context_service", { methods: ["HEAD", "POST"] })).toEqual([]);
    expect(loosened("realtime_service", { circuit_breaker: true })).toEqual([]);
    expect(loosened("realtime_service", { methods: ["WEBSOCKET"] })).toEqual([]);
    expect(loosened("context_service", { timeout: 1 })).toEqual([]);
  });

  test("is told what is wanted and not what it sent", () => {
    const route = fillRoute({ path_prefix: "/api/v1/x", methods: ["DELETE"] });
    expect(looseningProblems("context_service", [route])).toEqual([
      { path: "routes[0].methods", message: "wanted none but GET, POST" },
    ]);
  });
});

test.each([...oddNames, "billing_service"])("%s, which is none, may do without everything", (service) => {
  const open = { auth_required: false, rate_limit: false, circuit_breaker: false, methods: ["DELETE", "WEBSOCKET"] };
  expect(loosened(service, open)).toEqual([]);
});

test("scopes in place of `read` and `write` must not ask for less than these", () => {
  const pathsFor = (more: object) =>
    looseningProblems("context_service", [{ ...fullRoute, ...more }]).map(({ path }) => path);
  expect(pathsFor({ methods: ["POST"], scopes: ["read"] })).toEqual(["routes[0].scopes"]);
  expect(pathsFor({ methods: ["GET"], scopes: ["context:use"] })).toEqual(["routes[0].scopes"]);
  expect(pathsFor({ methods: ["GET"], scopes: ["read", "context:use"] })).toEqual([]);
  expect(pathsFor({ methods: ["GET", "POST"], scopes: ["write"] })).toEqual([]);
  expect(pathsFor({ methods: ["POST"], scopes: ["admin"] })).toEqual([]);
});

const fullRoute = {
  path_prefix: "/api/v1/context",
  strip_prefix: true,
  timeout: 30,
  retries: 2,
  retry_unsafe: false,
  auth_required: true,
  rate_limit: true,
  circuit_breaker: true,
};
