import { expect, test } from "bun:test";
import { looseningProblems } from "../../../plugins/registry/core-routes.ts";
import type { WireRoute } from "@isaas/gateway-sdk/services";

const problemsFor = (service: string, limits: object): string[] => {
  const route = { path_prefix: "/api/v1/context", methods: ["GET"], auth_required: true, rate_limit: true, limits };
  return looseningProblems(service, [{ ...route, circuit_breaker: true } as unknown as WireRoute]).map(
    ({ path }) => path,
  );
};

test("a core service that registers brings no rules of its own and no shadow mode", () => {
  const rules = [{ name: "much", per_second: 1_000_000, burst: 1_000_000 }];
  expect(problemsFor("context_service", { rules })).toEqual(["routes[0].limits.rules"]);
  expect(problemsFor("context_service", { shadow: true })).toEqual(["routes[0].limits.shadow"]);
  expect(problemsFor("context_service", { shadow: false, cost: 5, when_store_fails: "refuse" })).toEqual([]);
});

test("any other service may", () => {
  expect(problemsFor("billing_service", { rules: ["caller"], shadow: true })).toEqual([]);
});
