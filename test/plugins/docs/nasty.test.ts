import { describe, expect, test } from "bun:test";
import { answers, createMerger, describe3, merge, ownDocument, readMerged, route, service } from "./merge.ts";

const read = { get: { responses: answers } };
const second = service(describe3({ "/b": read }), { name: "z", routes: [route({ path_prefix: "/good" })] });

/** The paths that are left of a document, beside those of a good one. */
async function pathsOf(document: object): Promise<string[]> {
  const { paths } = await merge(service(document), second);
  expect(paths).toContainKey("/good/b");
  return Object.keys(paths).filter((path) => path !== "/good/b");
}

function nest(depth: number, wrap: (inner: object) => object, innermost: object = {}): object {
  let nested = innermost;
  for (let level = 0; level < depth; level += 1) nested = wrap(nested);
  return nested;
}

/** Each value as the one argument of a test: a list would be taken for several. */
function rows(...values: readonly unknown[]): [unknown][] {
  return values.map((value) => [value]);
}

function inBody(schema: unknown): object {
  return { post: { requestBody: { content: { "application/json": { schema } } }, responses: answers } };
}

describe("a document that is no OpenAPI 3 is left out", () => {
  test.each(
    [
      {},
      [],
      { openapi: 3, paths: { "/a": read } },
      { openapi: "2.0", paths: { "/a": read } },
      { openapi: "4.0.0", paths: { "/a": read } },
      { openapi: "3", paths: { "/a": read } },
      { swagger: "2.0", info: {}, paths: { "/a": read } },
      [describe3({ "/a": read })],
    ].map((document) => [document] as const),
  )("%j", async (document) => {
    const { merger, lines } = createMerger();
    const { tags, paths } = await readMerged(await merger.merge(ownDocument, [service(document)]));
    expect([tags, paths]).toEqual([[], {}]);
    expect(lines).toEqual([{ level: "debug", service: "thing_service" }]);
  });
});

describe("what is broken in a document is left out, and nothing else", () => {
  test.each(rows(null, 7, "x", [], [read], { a: read }))("paths: %j", async (paths) => {
    expect(await pathsOf(describe3({}, { paths }))).toEqual([]);
  });

  test.each(rows(null, 7, "x", [], { get: null }, { get: 7 }, { get: [read] }, { fetch: read.get }, { $ref: 7 }))(
    "a path: %j",
    async (item) => {
      expect(await pathsOf(describe3({ "/broken": item, "/a": read }))).toEqual(["/api/v1/thing/a"]);
    },
  );

  test.each([
    { summary: 7, description: {}, deprecated: "yes", parameters: {}, requestBody: [], responses: [], callbacks: 7 },
    { parameters: [null, 7, [], {}], responses: { 200: null, 201: 7, 202: { headers: [], content: 7, links: "x" } } },
    {
      requestBody: {
        content: { "a/b": null, "c/d": { schema: 7, example: 1, examples: { a: 7 }, encoding: { e: 7 } } },
      },
    },
    {
      responses: {
        200: {
          content: { "a/b": { example: 1, examples: {} } },
          headers: { h: { content: {} }, i: { style: "form" } },
        },
      },
    },
    {
      callbacks: {
        a: { "{$url}": { post: { responses: {}, parameters: [{ in: "path" }, { name: "{a}", in: "path" }] } }, b: 7 },
        c: 7,
      },
    },
    { externalDocs: 7, tags: [7], security: 7, servers: "x", "x-a": 1, unknown: 1, operationId: {} },
  ])("inside of an operation: %j", async (operation) => {
    expect(await pathsOf(describe3({ "/a": { get: operation } }))).toEqual(["/api/v1/thing/a"]);
  });

  test.each(rows(null, 7, [], { schemas: 7 }, { schemas: [], responses: { "a b": 7 }, unknown: {} }))(
    "components: %j",
    async (components) => {
      const $ref = "#/components/schemas/0";
      expect(await pathsOf(describe3({ "/a": inBody({ $ref }) }, { components }))).toEqual(["/api/v1/thing/a"]);
    },
  );
});

describe("a document that means harm", () => {
  test("reaches no prototype", async () => {
    const text = `{"openapi":"3.1.0","__proto__":{"polluted":1},"paths":{"__proto__":{"get":{}},"/a":{"__proto__":{"post":{}},
      "get":{"__proto__":{"polluted":1},"parameters":[{"name":"__proto__","in":"query"},{"name":"constructor","in":"__proto__"}],
      "responses":{"200":{"description":"","content":{"__proto__":{},"constructor":{"schema":
      {"properties":{"__proto__":{"type":"string"},"constructor":{"type":"string"}}}}}},"__proto__":{}}}}},
      "components":{"__proto__":{"schemas":{}}}}`;
    const merged = await merge(service(JSON.parse(text)));
    expect(Object.keys(merged.paths)).toEqual(["/api/v1/thing/a"]);
    expect(Object.keys(merged.paths["/api/v1/thing/a"] ?? {})).toEqual(["get"]);
    expect(merged.paths["/api/v1/thing/a"]?.["get"]?.responses["200"]?.["content"]).toEqual({
      constructor: { schema: { properties: { constructor: { type: "string" } } } },
    });
    expect(Object.keys({ ...Object.getPrototypeOf({}) })).toEqual([]);
    expect(JSON.stringify(merged)).not.toContain("polluted");
  });

  test.each([
    ["schemas", nest(10_000, (items) => ({ items }))],
    ["choices", nest(10_000, (inner) => ({ anyOf: [inner] }))],
    ["lists", nest(10_000, (inner) => [inner])],
  ])("can be 10,000 deep: %s", async (_, deep) => {
    expect(await pathsOf(describe3({ "/a": inBody(deep), "/b": inBody({ default: deep }) }, { x: deep }))).toEqual([
      "/api/v1/thing/a",
      "/api/v1/thing/b",
    ]);
  });

  test("can refer 10,000 times further", async () => {
    const names = Array.from({ length: 10_000 }, (_, index) => `N${index}`);
    const chain = (section: string, wrap: (ref: object) => object) =>
      Object.fromEntries(names.map((name, index) => [name, wrap({ $ref: `#/components/${section}/N${index + 1}` })]));
    const components = {
      schemas: chain("schemas", (ref) => ({ items: ref })),
      responses: chain("responses", (ref) => ref),
    };
    const merged = await merge(
      service(
        describe3(
          {
            "/a": {
              post: {
                ...inBody({ $ref: "#/components/schemas/N0" }),
                responses: { 200: { $ref: "#/components/responses/N0" } },
              },
            },
            "/b": inBody({ $ref: "#/components/schemas/N0" }),
          },
          { components },
        ),
      ),
    );
    expect(Object.keys(merged.components["schemas"] ?? {})).toHaveLength(10_001);
    expect(Object.keys(merged.paths["/api/v1/thing/a"]?.["post"]?.responses ?? {})).toEqual(["default"]);
  });

  test("can contain itself, many times over", async () => {
    const round: Record<string, unknown> = { type: "object" };
    round["properties"] = { a: round, b: round, c: round };
    round["anyOf"] = [round, round];
    expect(await pathsOf(describe3({ "/a": read, "/b": inBody(round) }))).toEqual([
      "/api/v1/thing/a",
      "/api/v1/thing/b",
    ]);
  });

  test("can be no JSON", async () => {
    const odd = {
      default: () => 1,
      const: Symbol("x"),
      minimum: Number.NaN,
      maximum: 10n,
      enum: [undefined, 1],
      title: new Date(0),
    };
    const { paths } = await merge(service(describe3({ "/a": inBody(odd) })));
    expect(paths["/api/v1/thing/a"]?.["post"]?.["requestBody"]).toEqual({
      content: { "application/json": { schema: { enum: [1] } } },
    });
  });

  test("can throw when it is read: the log says whose it is", async () => {
    const document = {
      get openapi(): string {
        throw new Error("no");
      },
    };
    const { merger, lines } = createMerger();
    const services = [service(document), second];
    expect(Object.keys((await readMerged(await merger.merge(ownDocument, services))).paths)).toEqual(["/good/b"]);
    await merger.merge(ownDocument, services);
    expect(lines.filter(({ level }) => level === "warn")).toEqual([{ level: "warn", service: "thing_service" }]);
  });

  test("makes the merged document no larger than a few times itself", async () => {
    const long = "x".repeat(500_000);
    const many = Object.fromEntries(
      Array.from({ length: 4000 }, (_, index) => [`/p${index}`, { $ref: "#/components/pathItems/Big" }]),
    );
    const alias = Object.fromEntries(
      Array.from({ length: 400 }, (_, index) => [200 + index, { $ref: "#/components/responses/Alias" }]),
    );
    const components = {
      pathItems: { Big: { get: { description: long } } },
      responses: { Alias: { $ref: `#/components/responses/${long}` }, [long]: { description: "OK" } },
    };
    const routes = ["/x", "/y", "/z"].map((path_prefix) => route({ path_prefix }));
    const paths = { "/alias": { get: { responses: alias } }, ...many, [`/${"{a}".repeat(100_000)}`]: read };
    const { merger } = createMerger();
    const json = await merger.merge(ownDocument, [service(describe3(paths, { components }), { routes }), second]);
    expect(json.length).toBeLessThan(3_000_000);
    const merged = await readMerged(json);
    expect(merged.paths).toContainKeys(["/x/alias", "/x/p0", "/good/b"]);
  });

  test("has at most 5,000 of its paths and operations, and 200 parameters of each, looked at", async () => {
    const parameters = Array.from({ length: 300 }, (_, index) => ({ name: `p${index}`, in: "query" }));
    const paths = Object.fromEntries(Array.from({ length: 6000 }, (_, index) => [`/p${index}`, { get: {} }]));
    const shown = async (document: object, prefixes: number) => {
      const routes = Array.from({ length: prefixes }, (_, index) => route({ path_prefix: `/r${index}` }));
      return Object.entries((await merge(service(document, { routes }))).paths);
    };
    const empty = Object.fromEntries(Object.keys(paths).map((path) => [`/empty${path}`, {}]));
    expect(await shown(describe3({ ...empty, ...paths }), 1)).toEqual([]);
    expect(await shown(describe3(paths), 3)).toHaveLength(5000);
    const one = describe3({ "/a": { get: { parameters } } });
    expect((await shown(one, 1))[0]?.[1]["get"]?.parameters).toHaveLength(200);
  });

  test("takes only its own part of the room, and the room has an end", async () => {
    const paths = Object.fromEntries(
      Array.from({ length: 8 }, (_, index) => [`/p${index}`, { get: { description: "x".repeat(200_000) } }]),
    );
    const services = Array.from({ length: 40 }, (_, index) =>
      service(describe3(paths), { name: `s${index}`, routes: [route({ path_prefix: `/s${index}` })] }),
    );
    const { merger, lines } = createMerger();
    const json = await merger.merge(ownDocument, services);
    expect(json.length).toBeLessThan(36 * 1024 * 1024);
    expect(lines.length).toBeWithin(10, 30);
    expect(Object.keys((await readMerged(json)).paths)).toHaveLength((40 - lines.length) * 8);
  });
});
