import { beforeEach, describe, expect, test } from "bun:test";
import { createDetours, type ForwarderTo } from "../../src/routing/detour.ts";
import type { RoutePlan } from "../../src/routing/route.ts";
import { createDirectory, type DirectoryParts, toPlan } from "../support/directory.ts";

let parts: DirectoryParts;
let detours: ForwarderTo;
beforeEach(() => {
  parts = createDirectory();
  detours = createDetours(parts.directory, () => () => new Response());
});

const publish = (more: Partial<RoutePlan> = {}): void =>
  parts.directory.publish("registry", "b_service", [toPlan("b_service", "/b", more)], []);
const from = (more: Partial<RoutePlan> = {}): RoutePlan => toPlan("a_service", "/a", more);

test("there is a way to a service that is there, and the same one each time", () => {
  const plan = from();
  expect(detours(plan, "b_service")).toBeUndefined();
  publish();
  const way = detours(plan, "b_service");
  expect(way).toBeFunction();
  expect(detours(plan, "b_service")).toBe(way as never);
});

test("one that went and came back is another", () => {
  const plan = from();
  publish();
  const way = detours(plan, "b_service");
  parts.directory.withdraw("registry", "b_service");
  expect(detours(plan, "b_service")).toBeUndefined();
  publish();
  expect(detours(plan, "b_service")).not.toBe(way as never);
});

describe("nobody gets around a guard", () => {
  const auth = new Set(["auth_required"] as const);
  test.each<[string, Partial<RoutePlan>, Partial<RoutePlan>, boolean]>([
    ["of a policy", { policies: auth }, {}, false],
    ["that both have", { policies: auth }, { policies: auth }, true],
    ["that only the first has", {}, { policies: auth }, true],
    ["of a scope", { scopes: ["reports"] }, {}, false],
    ["of one scope of two", { scopes: ["reports", "read"] }, { scopes: ["reports"] }, false],
    ["of scopes that both want", { scopes: ["reports"] }, { scopes: ["reports", "read"] }, true],
    ["of the usual scopes, by a route with others", {}, { scopes: ["anything"] }, false],
    ["of the usual scopes, by a route with more than these", {}, { scopes: ["write", "anything"] }, true],
    ["of methods", { methods: ["GET"] }, { methods: ["GET", "DELETE"] }, false],
    ["of fewer methods", { methods: ["GET", "DELETE"] }, { methods: ["HEAD"] }, true],
    ["of a prefix", { stripPrefix: false }, {}, false],
  ])("%s", (_, theirs, ours, isOpen) => {
    publish(theirs);
    expect(detours(from(ours), "b_service") !== undefined).toBe(isOpen);
  });
});
