import { describe, expect, test } from "bun:test";
import { findMistakes } from "@isaas/gateway-sdk/validation";
import { type BreakersOptions, breakersOptions } from "../../../plugins/breakers/options.ts";
import { policyOf } from "../../../plugins/breakers/policy-of.ts";
import { breakersRouteOptions } from "../../../plugins/breakers/route-options.ts";
import { defaultPolicy } from "./circuit-at.ts";

const fill = (said: object): BreakersOptions => findMistakes(breakersOptions, said).filled as BreakersOptions;
const problems = (said: object): string[] => findMistakes(breakersOptions, said).mistakes.map(({ path }) => path);

describe("the policy of a service", () => {
  test("is the defaults where nobody says anything", () => {
    expect(policyOf("a_service", fill({}))).toEqual(defaultPolicy);
  });

  test("is its own where it has one, and everybody's for the rest", () => {
    const options = fill({
      circuit_failures: 7,
      circuit_slow_seconds: 2,
      circuits: { a_service: { statuses: [500] } },
    });
    expect(policyOf("a_service", options)).toEqual({
      ...defaultPolicy,
      failures: 7,
      slowMs: 2000,
      statuses: new Set([500]),
    });
    expect(policyOf("b_service", options).statuses).toEqual(new Set([502, 503, 504]));
    expect(policyOf("constructor", options).failures).toBe(7);
  });

  test("counts by number where it says a number, though everybody else counts by share", () => {
    const options = fill({ circuit_failure_rate: 0.5, circuits: { a_service: { failures: 3 } } });
    expect(policyOf("a_service", options)).toMatchObject({ failures: 3, failureRate: undefined });
    expect(policyOf("b_service", options)).toMatchObject({ failureRate: 0.5 });
  });
});

test.each<[object, string]>([
  [{ circuit_failures: 0 }, "circuit_failures"],
  [{ circuit_failure_rate: 0 }, "circuit_failure_rate"],
  [{ circuit_failure_rate: 1.1 }, "circuit_failure_rate"],
  [{ circuit_half_open_requests: 0 }, "circuit_half_open_requests"],
  [{ circuit_statuses: [404] }, "circuit_statuses[0]"],
  [{ circuit_ramp_seconds: -1 }, "circuit_ramp_seconds"],
  [{ circuits: { a_service: { failure: 5 } } }, "circuits.a_service.failure"],
  [{ circuits: { "A service": {} } }, 'circuits["A service"]'],
  [{ circuits: { a_service: { failures: "5" } } }, "circuits.a_service.failures"],
])("%j is refused at %s", (said, path) => {
  expect(problems(said)).toEqual([path]);
});

describe("a fallback", () => {
  const accepts = (fallback: object): boolean => findMistakes(breakersRouteOptions, { fallback }).mistakes.length === 0;

  test.each<object>([
    { service: "b_service" },
    { service: "b_service", on: ["error"] },
    { status: 204 },
    { status: 200, body: null, headers: { "x-a": "b" } },
  ])("%j is accepted", (said) => {
    expect(accepts(said)).toBe(true);
  });

  test.each<object>([
    {},
    { service: "B" },
    { service: "b_service", status: 200 },
    { service: "b_service", on: [] },
    { service: "b_service", on: ["never"] },
    { status: 199 },
    { status: 200, headers: { "content-length": "3" } },
    { status: 200, headers: { "x-a": "b\r\nset-cookie: c" } },
    { status: 200, headers: { "bad name": "b" } },
  ])("%j is refused", (said) => {
    expect(accepts(said)).toBe(false);
  });

  test("stands in while the circuit is open or no instance is there, unless it says when", () => {
    const { filled } = findMistakes(breakersRouteOptions, { fallback: { service: "b_service" } });
    expect(filled).toEqual({ fallback: { service: "b_service", on: ["open", "unavailable"] } });
  });
});
