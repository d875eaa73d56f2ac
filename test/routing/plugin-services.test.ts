import { beforeEach, describe, expect, test } from "bun:test";
import { reservedSegments, routeSchema } from "@isaas/gateway-sdk/contract";
import type { FoundService, WireRoute } from "@isaas/gateway-sdk/services";
import { findMistakes } from "@isaas/gateway-sdk/validation";
import { createDirectory, type DirectoryParts } from "../support/directory.ts";

let parts: DirectoryParts;
beforeEach(() => {
  parts = createDirectory();
});

const toRoute = (path_prefix: string): WireRoute =>
  findMistakes(routeSchema, { path_prefix, methods: ["GET"] }).filled as WireRoute;

function found(prefixes: readonly string[], ids: readonly string[] = [], document?: object): FoundService {
  const instances = ids.map((id) => ({ id, url: "http://127.0.0.1:9", authority: undefined, weight: 1, open: true }));
  return { routes: prefixes.map(toRoute), instances, lastCheck: () => null, document };
}

describe("what a plugin publishes", () => {
  test("is served, loaded and described", () => {
    const services = parts.servicesOf("registry");
    const document = { openapi: "3.1.0" };
    services.publish("a_service", found(["/a"], ["one"], document));
    expect(parts.ownerOf("/a")).toBe("a_service");
    expect(services.load("a_service", "one")).toEqual({ inFlight: 0, ejected: undefined });
    expect(services.load("a_service", "two")).toBeUndefined();
    expect(services.described()).toEqual([
      { name: "a_service", routes: [expect.objectContaining({ path_prefix: "/a" })], document },
    ]);
    expect(services.fixed()).toEqual([]);
  });

  test("is looked at for policies that nobody enforces, after it is served", () => {
    parts.servicesOf("registry").publish("a_service", found(["/a", "/b"]));
    expect(parts.published.map((plans) => plans.map(({ pathPrefix }) => pathPrefix))).toEqual([["/a", "/b"]]);
    expect(() => parts.servicesOf("registry").publish("b_service", found(["/a"]))).toThrow(RangeError);
    expect(parts.published).toHaveLength(1);
  });

  test("is its own: another plugin neither replaces nor withdraws it", () => {
    parts.servicesOf("registry").publish("a_service", found(["/a"], ["one"]));
    const other = parts.servicesOf("other");
    other.withdraw("a_service");
    expect(parts.ownerOf("/a")).toBe("a_service");
    other.publish("a_service", found(["/b"], ["two"]));
    expect([parts.ownerOf("/a"), parts.ownerOf("/b")]).toEqual(["a_service", undefined]);
    expect([other.load("a_service", "one"), other.load("a_service", "two")]).not.toContain(undefined);
    other.withdraw("a_service");
    expect(other.load("a_service", "two")).toBeUndefined();
    parts.servicesOf("registry").withdraw("a_service");
    expect(parts.ownerOf("/a")).toBeUndefined();
  });
});

test("reserved are the gateway's endpoints, what it will answer in time, and its names below the API prefix", () => {
  expect(parts.servicesOf("registry").reservedPrefixes).toEqual([
    "/health",
    "/.well-known",
    ...reservedSegments.map((segment) => `/api/v1/${segment}`),
  ]);
});
