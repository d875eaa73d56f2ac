import { describe, expect, test } from "bun:test";
import { type Entry, RouteTable } from "../../src/routing/table.ts";

interface Named extends Entry {
  readonly name: string;
}

function tableOf(routes: Readonly<Record<string, Entry["methods"]>>): RouteTable<Named> {
  const table = new RouteTable<Named>();
  for (const [pathPrefix, methods] of Object.entries(routes)) table.add({ name: pathPrefix, pathPrefix, methods });
  return table;
}

describe("the path", () => {
  test.each([
    ["/api/v1/a", "/api/v1/a"],
    ["/api/v1/a/", "/api/v1/a"],
    ["/api/v1/a/b", "/api/v1/a"],
    ["/api/v1/a/b/c", "/api/v1/a/b/c"],
    ["/api/v1/a/b/c/d", "/api/v1/a/b/c"],
    ["/api/v1/a/b/cd", "/api/v1/a"],
    ["/api/v1/ab", "/api/v1/ab"],
    ["/api/v1/ab/x", "/api/v1/ab"],
  ])("%s belongs to the longest prefix that ends at a segment: %s", (path, prefix) => {
    const table = tableOf({ "/api/v1/a": ["GET"], "/api/v1/ab": ["GET"], "/api/v1/a/b/c": ["GET"] });
    expect(table.match("GET", path).entry?.name).toBe(prefix);
  });

  test.each(["/", "/api", "/api/v1", "/api/v1/", "/api/v1/abc", "/api/v1/A", "/API/v1/a", "/x/api/v1/a", ""])(
    "%p belongs to nobody: no prefix of it is a route, in this spelling",
    (path) => {
      const table = tableOf({ "/api/v1/a": ["GET"], "/api/v1/ab": ["GET"] });
      expect(table.match("GET", path)).toEqual({ allow: undefined });
    },
  );

  test("everything belongs to the root, unless a longer prefix has it", () => {
    const table = tableOf({ "/": ["GET"], "/a": ["GET"] });
    for (const path of ["/", "/b", "/b/c", "/ab"]) expect(table.match("GET", path).entry?.name).toBe("/");
    for (const path of ["/a", "/a/b"]) expect(table.match("GET", path).entry?.name).toBe("/a");
  });

  test("segments named like parts of JavaScript's own objects are ordinary", () => {
    const table = tableOf({ "/__proto__/constructor": ["GET"] });
    expect(table.match("GET", "/__proto__/constructor").entry?.name).toBe("/__proto__/constructor");
    expect(table.match("GET", "/constructor")).toEqual({ allow: undefined });
  });
});

describe("the method", () => {
  test("one prefix can have another route for each method", () => {
    const table = new RouteTable<Named>();
    table.add({ name: "reader", pathPrefix: "/a", methods: ["GET"] });
    table.add({ name: "writer", pathPrefix: "/a", methods: ["POST", "PUT"] });
    expect(table.match("GET", "/a/x").entry?.name).toBe("reader");
    expect(table.match("PUT", "/a/x").entry?.name).toBe("writer");
    expect(table.match("DELETE", "/a/x")).toEqual({ allow: ["GET", "HEAD", "POST", "PUT"] });
  });

  test("GET brings HEAD with it, and nothing else does", () => {
    const table = tableOf({ "/read": ["GET"], "/write": ["POST"] });
    expect(table.match("HEAD", "/read").entry?.name).toBe("/read");
    expect(table.match("HEAD", "/write")).toEqual({ allow: ["POST"] });
  });

  test("a route may list GET and HEAD both, and HEAD alone", () => {
    const table = tableOf({ "/both": ["HEAD", "GET"], "/head": ["HEAD"] });
    expect(table.match("HEAD", "/both").entry?.name).toBe("/both");
    expect(table.match("GET", "/head")).toEqual({ allow: ["HEAD"] });
  });

  test("the longest prefix decides alone: its methods are not filled up from a shorter one", () => {
    const table = tableOf({ "/a": ["GET"], "/a/admin": ["POST"] });
    expect(table.match("GET", "/a/admin/keys")).toEqual({ allow: ["POST"] });
  });

  test("WEBSOCKET is a method of its own and never shown in Allow", () => {
    const table = tableOf({ "/live": ["GET", "WEBSOCKET"], "/plain": ["GET"] });
    expect(table.match("WEBSOCKET", "/live").entry?.name).toBe("/live");
    expect(table.match("POST", "/live")).toEqual({ allow: ["GET", "HEAD"] });
    expect(table.match("WEBSOCKET", "/plain")).toEqual({ allow: ["GET", "HEAD"] });
  });

  test("methods are told apart by case, as RFC 9110 has it", () => {
    expect(tableOf({ "/a": ["GET"] }).match("get", "/a")).toEqual({ allow: ["GET", "HEAD"] });
  });

  test("an endpoint of the gateway gets every method, a made-up one too", () => {
    const table = tableOf({ "/health": undefined });
    for (const method of ["GET", "DELETE", "WEBSOCKET", "X"]) {
      expect(table.match(method, "/health").entry?.name).toBe("/health");
    }
  });
});

describe("a second entry for the same prefix", () => {
  test.each<[Entry["methods"], Entry["methods"], string]>([
    [["GET"], ["GET"], "a second GET, HEAD at /a"],
    [["GET", "POST"], ["POST", "PUT"], "a second POST at /a"],
    [["GET"], ["HEAD"], "a second HEAD at /a"],
    [["GET"], undefined, "a second answer to every method at /a"],
    [undefined, ["GET"], "a second answer to every method at /a"],
    [undefined, undefined, "a second answer to every method at /a"],
  ])("of %p is refused beside %p", (first, second, message) => {
    const table = tableOf({ "/a": first });
    expect(() => table.add({ name: "second", pathPrefix: "/a", methods: second })).toThrow(new RangeError(message));
    const method = first?.[0] ?? "GET";
    expect(table.match(method, "/a").entry?.name).toBe("/a");
  });
});

describe("a route that is removed", () => {
  const named = (pathPrefix: string, methods: Entry["methods"], name = pathPrefix): Named => ({
    name,
    pathPrefix,
    methods,
  });

  test("answers no more, and what lies above it answers again", () => {
    const table = tableOf({ "/": ["GET"], "/a": ["GET"] });
    const deep = named("/a/b/c", ["GET"]);
    table.add(deep);
    expect(table.match("GET", "/a/b/c/d").entry).toBe(deep);
    table.remove(deep);
    expect(table.match("GET", "/a/b/c/d").entry?.name).toBe("/a");
    expect(table.match("GET", "/b").entry?.name).toBe("/");
  });

  test("leaves what lies below it", () => {
    const table = tableOf({ "/a/b/c": ["GET"] });
    const above = named("/a/b", ["GET"]);
    table.add(above);
    table.remove(above);
    expect(table.match("GET", "/a/b")).toEqual({ allow: undefined });
    expect(table.match("GET", "/a/b/c").entry?.name).toBe("/a/b/c");
  });

  test("leaves other methods of its prefix, and takes HEAD along with GET", () => {
    const table = tableOf({ "/a": ["POST"] });
    const reader = named("/a", ["GET"]);
    table.add(reader);
    table.remove(reader);
    for (const method of ["GET", "HEAD"]) expect(table.match(method, "/a")).toEqual({ allow: ["POST"] });
    expect(table.match("POST", "/a").entry?.name).toBe("/a");
  });

  test("leaves HEAD where another route has it", () => {
    const table = new RouteTable<Named>();
    const writer = named("/a", ["POST"], "writer");
    for (const entry of [named("/a", ["HEAD"], "head"), writer]) table.add(entry);
    table.remove(writer);
    expect(table.match("HEAD", "/a").entry?.name).toBe("head");
  });

  test("makes room for another one", () => {
    const table = new RouteTable<Named>();
    const first = named("/a", ["GET"], "first");
    const second = named("/a", undefined, "second");
    table.add(first);
    expect(() => table.add(second)).toThrow(RangeError);
    table.remove(first);
    table.add(second);
    expect(table.match("DELETE", "/a").entry).toBe(second);
    table.remove(second);
    table.add(first);
    expect(table.match("GET", "/a").entry).toBe(first);
  });

  test("may be the one at the root", () => {
    const root = named("/", ["GET"]);
    const table = tableOf({ "/a": ["GET"] });
    table.add(root);
    table.remove(root);
    expect(table.match("GET", "/b")).toEqual({ allow: undefined });
    expect(table.match("GET", "/a").entry?.name).toBe("/a");
  });

  test("is the very one that was added: its equal, a stranger or one that is gone changes nothing", () => {
    const table = new RouteTable<Named>();
    const entry = named("/a/b", ["GET"]);
    table.add(entry);
    for (const other of [
      { ...entry },
      named("/a/b", ["POST"]),
      named("/a", ["GET"]),
      named("/a/b/c", ["GET"]),
      named("/x", undefined),
    ]) {
      table.remove(other);
      expect(table.match("GET", "/a/b").entry).toBe(entry);
    }
    table.remove(entry);
    table.remove(entry);
    expect(table.match("GET", "/a/b")).toEqual({ allow: undefined });
  });
});

test("matching among 10,000 routes costs about what it costs among 10", () => {
  const nsPerMatch = (routes: number): number => {
    const table = new RouteTable<Entry>();
    const paths = Array.from({ length: routes }, (_, index) => `/api/v1/service-${index}`);
    for (const pathPrefix of paths) table.add({ pathPrefix, methods: ["GET"] });
    const requests = Array.from({ length: 1000 }, (_, index) => `${paths[(index * 7919) % routes]}/items/${index}`);
    let best = Number.POSITIVE_INFINITY;
    for (let round = 0; round < 20; round += 1) {
      const started = Bun.nanoseconds();
      for (const path of requests) if (table.match("GET", path).entry === undefined) throw new Error(path);
      best = Math.min(best, Bun.nanoseconds() - started);
    }
    return best / requests.length;
  };
  const few = nsPerMatch(10);
  const many = nsPerMatch(10_000);
  // A search through all routes would be a thousand times as slow; the rest is the processor's cache.
  expect(many / few).toBeLessThan(20);
});
