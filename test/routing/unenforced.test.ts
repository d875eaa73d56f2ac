import { expect, test } from "bun:test";
import { policies, type Policy } from "@isaas/gateway-sdk/contract";
import type { RoutePlan } from "../../src/routing/route.ts";
import { createUnenforcedWarning } from "../../src/routing/unenforced.ts";
import { listeningLog } from "../store/listening-log.ts";

const asking = (...asked: Policy[]): RoutePlan => ({
  pathPrefix: "/a",
  methods: ["GET"],
  service: "a_service",
  stripPrefix: true,
  timeoutMs: 1,
  retries: 2,
  retryUnsafe: false,
  policies: new Set(asked),
  balance: { policy: "least_loaded", hash_on: "client_address" },
  plugins: {},
});

/** What was warned of after each of these routes appeared. */
function warningsOf(enforced: readonly string[], routes: readonly RoutePlan[]): unknown[] {
  const log = listeningLog();
  const warn = createUnenforcedWarning(new Set(enforced), log);
  return routes.map((route) => {
    const before = log.lines.length;
    warn([route]);
    return log.lines.slice(before).map(({ level, fields }) => [level, fields["not_enforced"]]);
  });
}

test("a policy that a route asks for and nobody enforces is warned of, once", () => {
  const routes = [asking("rate_limit"), asking("rate_limit"), asking("rate_limit", "auth_required")];
  expect(warningsOf([], routes)).toEqual([[["warn", ["rate_limit"]]], [], [["warn", ["auth_required"]]]]);
});

test("all that are open stand in one line, and the line names them", () => {
  const log = listeningLog();
  createUnenforcedWarning(
    new Set(["rate_limit"]),
    log,
  )([asking("circuit_breaker"), asking("auth_required", "rate_limit")]);
  expect(log.lines).toHaveLength(1);
  expect(log.lines[0]?.message).toEndWith("auth_required, circuit_breaker");
});

test("nothing is said where every policy is enforced, none is asked for, or there is no route", () => {
  expect(warningsOf(policies, [asking(...policies)])).toEqual([[]]);
  expect(warningsOf([], [asking()])).toEqual([[]]);
  const log = listeningLog();
  createUnenforcedWarning(new Set(), log)([]);
  expect(log.lines).toEqual([]);
});

test("what is enforced by a name that is no policy changes nothing", () => {
  expect(warningsOf(["stamp"], [asking("auth_required")])).toEqual([[["warn", ["auth_required"]]]]);
});
