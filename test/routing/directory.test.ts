import { beforeEach, describe, expect, test } from "bun:test";
import { explainRequest } from "../../src/routing/explain.ts";
import type { RoutePlan } from "../../src/routing/route.ts";
import { toWire } from "../../src/routing/wire.ts";
import { createDirectory, type DirectoryParts, toInstance, toPlan } from "../support/directory.ts";

let parts: DirectoryParts;
beforeEach(() => {
  parts = createDirectory();
});

describe("a service that is published", () => {
  test("answers at its routes, and no more after it is withdrawn", () => {
    parts.publish("a_service", ["/a", "/b/c"], ["one"]);
    expect([parts.ownerOf("/a/x"), parts.ownerOf("/b/c"), parts.ownerOf("/b")]).toEqual([
      "a_service",
      "a_service",
      undefined,
    ]);
    parts.directory.withdraw("registry", "a_service");
    expect([parts.ownerOf("/a/x"), parts.ownerOf("/b/c")]).toEqual([undefined, undefined]);
    expect(parts.directory.routes).toEqual([]);
  });

  test("has exactly the routes it was published with last", () => {
    parts.publish("a_service", ["/a", "/b"]);
    parts.publish("a_service", ["/b", "/c"]);
    expect(parts.prefixes()).toEqual(["/b", "/c"]);
    expect([parts.ownerOf("/a"), parts.ownerOf("/b"), parts.ownerOf("/c")]).toEqual([
      undefined,
      "a_service",
      "a_service",
    ]);
  });

  test("keeps its routes and their chains when only its instances change", () => {
    parts.publish("a_service", ["/a"], ["one"]);
    const [before] = parts.directory.routes;
    parts.publish("a_service", ["/a"], ["one", "two"]);
    expect(parts.directory.routes[0]).toBe(before as never);
    expect(parts.targetOf("/a").instances.map(({ id }) => id)).toEqual(["one", "two"]);
  });

  test("gets new chains when a route says something else", () => {
    const versions: Partial<RoutePlan>[] = [
      {},
      { timeoutMs: 1 },
      { policies: new Set(["rate_limit"]) },
      { plugins: { stamp: { ink: "red" } } },
    ];
    const routes = versions.map((more) => {
      parts.directory.publish("registry", "a_service", [toPlan("a_service", "/a", more)], []);
      return parts.directory.routes[0];
    });
    expect(new Set(routes).size).toBe(versions.length);
  });

  test("keeps an instance, with the requests it has, as long as its id is named", () => {
    parts.publish("a_service", ["/a"], ["one", "two"]);
    const [one] = parts.targetOf("/a").instances;
    if (one === undefined) throw new Error("no instance");
    one.inFlight = 3;
    parts.publish("a_service", ["/b"], ["two", "one", "three"]);
    expect(parts.targetOf("/b").instances.find(({ id }) => id === "one")).toBe(one);
    expect(parts.directory.load("a_service", "one")).toEqual({ inFlight: 3, ejected: undefined });
    expect(parts.directory.load("a_service", "three")).toEqual({ inFlight: 0, ejected: undefined });
    parts.publish("a_service", ["/b"], ["two"]);
    expect(parts.directory.load("a_service", "one")).toBeUndefined();
    expect(one.inFlight).toBe(3);
  });

  test("gives no request to an instance that is not open", () => {
    parts.directory.publish("registry", "a_service", [toPlan("a_service", "/a")], [toInstance("one", { open: false })]);
    expect([parts.targetOf("/a").isAvailable, parts.targetOf("/a").instances.length]).toEqual([false, 1]);
  });

  test("tells when its instances were last looked at", () => {
    parts.publish("a_service", ["/a"], [], { lastCheck: () => "2026-01-01T00:00:00.000Z" });
    expect(parts.targetOf("/a").lastCheck).toBe("2026-01-01T00:00:00.000Z");
  });
});

describe("a collision", () => {
  const collide = (): void => parts.publish("b_service", ["/b/2", "/a", "/b/3"], ["new"]);

  beforeEach(() => parts.publish("a_service", ["/a"], ["one"]));

  test("of a new service leaves nothing of it", () => {
    expect(collide).toThrow(new RangeError("a second GET, HEAD at /a"));
    expect(parts.prefixes()).toEqual(["/a"]);
    expect([parts.ownerOf("/a"), parts.ownerOf("/b/2"), parts.ownerOf("/b/3")]).toEqual([
      "a_service",
      undefined,
      undefined,
    ]);
    expect(parts.directory.load("b_service", "new")).toBeUndefined();
    expect(parts.directory.fixed(toWire)).toEqual([]);
  });

  test("of a service that is there leaves all that was: routes, instances, document", () => {
    const document = { openapi: "3.1.0" };
    parts.publish("b_service", ["/b/1", "/b/2"], ["old"], { document });
    const before = parts.directory.routes;
    expect(() => parts.publish("b_service", ["/b/2", "/a"], ["new"], { document: {} })).toThrow(RangeError);
    expect(parts.directory.routes).toEqual(before);
    for (const path of ["/b/1", "/b/2"]) expect(parts.ownerOf(path)).toBe("b_service");
    expect(parts.targetOf("/b/1").instances.map(({ id }) => id)).toEqual(["old"]);
    expect(parts.directory.described(toWire)[0]?.document).toBe(document);
  });

  test("with itself is one as well", () => {
    expect(() => parts.publish("b_service", ["/b", "/b"])).toThrow(RangeError);
    expect(parts.ownerOf("/b")).toBeUndefined();
  });

  test("is over when the other has left", () => {
    expect(collide).toThrow();
    parts.directory.withdraw("registry", "a_service");
    collide();
    expect(parts.ownerOf("/a")).toBe("b_service");
  });

  test("is none where the methods differ, or where one lies below the other", () => {
    parts.directory.publish("registry", "b_service", [toPlan("b_service", "/a", { methods: ["POST"] })], []);
    parts.publish("c_service", ["/a/c"]);
    expect([parts.ownerOf("/a"), parts.ownerOf("/a", "POST"), parts.ownerOf("/a/c")]).toEqual([
      "a_service",
      "b_service",
      "c_service",
    ]);
  });

  test("with an endpoint of the gateway leaves the endpoint", () => {
    const endpoint = { pathPrefix: "/health", methods: undefined, chain: () => new Response() };
    parts.table.add(endpoint);
    expect(() => parts.publish("b_service", ["/b", "/health"])).toThrow(RangeError);
    expect(parts.table.match("GET", "/health").entry).toBe(endpoint);
    expect(parts.ownerOf("/b")).toBeUndefined();
  });
});

describe("a chain that cannot be made", () => {
  test("changes nothing", () => {
    parts.publish("a_service", ["/a"], ["one"]);
    const failing = {
      ...toPlan("a_service", "/b"),
      get service(): string {
        throw new TypeError("a plugin's mistake");
      },
    };
    expect(() => parts.directory.publish("registry", "a_service", [failing], [])).toThrow(TypeError);
    expect(parts.prefixes()).toEqual(["/a"]);
    expect(parts.targetOf("/a").instances).toHaveLength(1);
  });
});

test("what is withdrawn twice, or was never there, changes nothing", () => {
  parts.publish("a_service", ["/a"]);
  parts.directory.withdraw("other", "a_service");
  parts.directory.withdraw("registry", "b_service");
  expect(parts.ownerOf("/a")).toBe("a_service");
  parts.directory.withdraw("registry", "a_service");
  parts.directory.withdraw("registry", "a_service");
  expect(parts.directory.routes).toEqual([]);
  expect(parts.directory.load("a_service", "one")).toBeUndefined();
});

test("explaining follows every change", () => {
  const outcome = () => {
    const { outcome: how, service, instances } = explainRequest(parts.table, new Set(), "GET", "/a/x");
    return [how, service, instances?.map(({ id, open }) => `${id} ${open}`)];
  };
  expect(outcome()).toEqual(["not_found", undefined, undefined]);
  parts.publish("a_service", ["/a"], ["one"]);
  expect(outcome()).toEqual(["route", "a_service", ["one true"]]);
  parts.directory.publish(
    "registry",
    "a_service",
    [toPlan("a_service", "/a")],
    [toInstance("one", { open: false }), toInstance("two")],
  );
  expect(outcome()).toEqual(["route", "a_service", ["one false", "two true"]]);
  parts.publish("b_service", ["/a/x"], ["three"]);
  expect(outcome()).toEqual(["route", "b_service", ["three true"]]);
  parts.directory.withdraw("registry", "b_service");
  expect(outcome()).toEqual(["route", "a_service", ["one false", "two true"]]);
  parts.directory.publish("registry", "a_service", [toPlan("a_service", "/a", { methods: ["PUT"] })], []);
  expect(outcome()).toEqual(["method_not_allowed", undefined, undefined]);
  parts.directory.withdraw("registry", "a_service");
  expect(outcome()).toEqual(["not_found", undefined, undefined]);
});

test("1,000 services of 5 instances come, change and go in a fraction of a second", () => {
  const started = performance.now();
  const names = Array.from({ length: 1000 }, (_, index) => `s${index}_service`);
  const tell = (name: string, open: boolean): void => {
    const instances = ["1", "2", "3", "4", "5"].map((id) => toInstance(id, { open }));
    parts.directory.publish("registry", name, [toPlan(name, `/api/v1/${name}`)], instances);
  };
  for (const open of [false, true]) for (const name of names) tell(name, open);
  expect([parts.directory.routes.length, parts.ownerOf("/api/v1/s999_service/x")]).toEqual([1000, "s999_service"]);
  for (const name of names) parts.directory.withdraw("registry", name);
  expect(parts.directory.routes).toEqual([]);
  // A tenth of that is usual.
  expect(performance.now() - started).toBeLessThan(1000);
});
