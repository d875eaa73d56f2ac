import { describe, expect, test } from "bun:test";
import type { WireRoute } from "@isaas/gateway-sdk/services";
import { answers, describe3, merge, route, service } from "./merge.ts";

const read = { get: { responses: answers } };
const every = ["get", "put", "post", "delete", "options", "head", "patch", "trace"];
const all = Object.fromEntries(every.map((method) => [method, { responses: answers }]));

/** Where callers find the paths of a document: the methods of each. */
async function pathsOf(paths: object, ...routes: readonly Partial<WireRoute>[]): Promise<Record<string, string[]>> {
  const { paths: merged } = await merge(service(describe3(paths), { routes: routes.map(route) }));
  return Object.fromEntries(Object.entries(merged).map(([path, item]) => [path, Object.keys(item)]));
}

describe("the paths of a service", () => {
  test("stand below the prefix that the gateway takes off", async () => {
    expect(await pathsOf({ "/": read, "/list": read, "/list/{id}": read }, {})).toEqual({
      "/api/v1/thing": ["get"],
      "/api/v1/thing/list": ["get"],
      "/api/v1/thing/list/{id}": ["get"],
    });
  });

  test("stay as they are where the prefix stays, if they lie below it", async () => {
    const paths = { "/api/v1/thing": read, "/api/v1/thing/a": read, "/api/v1/thingy": read, "/a": read };
    expect(Object.keys(await pathsOf(paths, { strip_prefix: false }))).toEqual(["/api/v1/thing", "/api/v1/thing/a"]);
  });

  test("stand below each route that serves them", async () => {
    const paths = await pathsOf({ "/a": all }, { path_prefix: "/x", methods: ["GET"] }, { path_prefix: "/y" });
    expect(Object.keys(paths)).toEqual(["/x/a", "/y/a"]);
  });

  test("have the methods of the route; GET implies HEAD, and nobody serves TRACE", async () => {
    expect(await pathsOf({ "/a": all }, { methods: ["GET", "POST"] })).toEqual({
      "/api/v1/thing/a": ["get", "post", "head"],
    });
    expect(await pathsOf({ "/a": all }, {})).toEqual({
      "/api/v1/thing/a": ["get", "put", "post", "delete", "options", "head", "patch"],
    });
    expect(await pathsOf({ "/a": all }, { methods: ["WEBSOCKET"] })).toEqual({});
  });

  test("take each method from the route that serves it, two routes at one prefix", async () => {
    const { paths } = await merge(
      service(describe3({ "/a": all }), {
        routes: [route({ methods: ["GET"], auth_required: false }), route({ methods: ["POST"] })],
      }),
    );
    const item = paths["/api/v1/thing/a"];
    expect(Object.keys(item ?? {})).toEqual(["get", "head", "post"]);
    expect([item?.["get"]?.security, item?.["post"]?.security]).toEqual([[], [{ bearer: [] }]]);
  });

  test("are left to the longer prefix, whether it is the service's own or another's", async () => {
    const deep = { "/deep/a": read, "/deeper": read, "/{any}/a": read };
    expect(Object.keys(await pathsOf(deep, {}, { path_prefix: "/api/v1/thing/deep", methods: ["POST"] }))).toEqual([
      "/api/v1/thing/deeper",
      "/api/v1/thing/{any}/a",
    ]);
    const other = { name: "z_service", routes: [route({ path_prefix: "/api/v1/thing/deep" })] };
    const { paths } = await merge(service(describe3(deep)), service(describe3({ "/a": read }), other));
    expect(paths["/api/v1/thing/deep/a"]?.["get"]?.tags).toEqual(["z_service"]);
    expect(Object.keys(paths)).toEqual(["/api/v1/thing/deeper", "/api/v1/thing/{any}/a", "/api/v1/thing/deep/a"]);
  });

  test("are there once: of two that differ in the names of their parameters, the first", async () => {
    expect(Object.keys(await pathsOf({ "/a/{x}": read, "/a/{y}": all, "/a/{x}/b": read }, {}))).toEqual([
      "/api/v1/thing/a/{x}",
      "/api/v1/thing/a/{x}/b",
    ]);
  });

  test.each(["a", "", "/a/{", "/a/}", "/{}", "/{a{b}}", "/{a/b}", "/a?b=1", "/a#b", "/../x", "/a/./b", "/%2E%2e/x"])(
    "are left out when they are none: %s",
    async (path) => {
      expect(Object.keys(await pathsOf({ [path]: read, "/good": read }, {}))).toEqual(["/api/v1/thing/good"]);
    },
  );

  test("may refer to one in the components", async () => {
    const pathItems = {
      Shared: { ...read, servers: [{ url: "http://10.0.0.1" }] },
      Loop: { $ref: "#/components/pathItems/Loop" },
    };
    const paths = {
      "/a": { $ref: "#/components/pathItems/Shared" },
      "/b": { $ref: "#/components/pathItems/Shared" },
      "/c": { $ref: "#/components/pathItems/Loop" },
      "/d": { $ref: "#/components/pathItems/constructor" },
      "/e": { $ref: "other.yaml#/paths/x" },
    };
    const merged = await merge(service(describe3(paths, { components: { pathItems } })));
    expect(Object.keys(merged.paths)).toEqual(["/api/v1/thing/a", "/api/v1/thing/b"]);
    expect(JSON.stringify(merged)).not.toContain("10.0.0.1");
  });
});

describe("the parameters of a path", () => {
  const parametersOf = async (path: string, item: object) => {
    const { paths } = await merge(service(describe3({ [path]: item })));
    return Object.values(Object.values(paths)[0] ?? {})[0]?.parameters.map(({ name, in: place, required, schema }) => ({
      name,
      place,
      required,
      schema,
    }));
  };
  const id = { name: "id", in: "path", required: true, schema: { type: "integer" } };

  test("are declared, as text, when the service forgot them", async () => {
    expect(await parametersOf("/{a}/{id}", { get: { parameters: [id], responses: answers } })).toEqual([
      { name: "id", place: "path", required: true, schema: { type: "integer" } },
      { name: "a", place: "path", required: true, schema: { type: "string" } },
    ]);
  });

  test("are those of the operation before those around it, each once, and always required", async () => {
    const around = [
      { ...id, schema: { type: "string" } },
      { name: "q", in: "query" },
    ];
    const own = [
      { ...id, required: false },
      { ...id, schema: { type: "null" }, required: false },
    ];
    expect(await parametersOf("/{id}", { parameters: around, get: { parameters: own } })).toEqual([
      { name: "id", place: "path", required: true, schema: { type: "null" } },
      { name: "q", place: "query", required: undefined, schema: {} },
    ]);
  });

  test("say what only those of their kind may say, and never the same thing twice", async () => {
    const every = { style: "deepObject", explode: true, allowEmptyValue: true, allowReserved: true, example: 1 };
    const content = { "a/b": {}, "c/d": {} };
    const said = (place: string, more: object) => ({ name: place, in: place, ...every, ...more });
    const { paths } = await merge(
      service(
        describe3({
          "/{path}": {
            get: {
              parameters: [
                said("query", { schema: { type: "object" }, content }),
                said("header", { schema: {}, examples: { a: { value: 1 } } }),
                said("path", { content }),
                said("cookie", {}),
              ],
            },
          },
        }),
      ),
    );
    expect(paths["/api/v1/thing/{path}"]?.["get"]?.parameters).toEqual([
      { name: "query", in: "query", schema: { type: "object" }, ...every },
      { name: "header", in: "header", schema: {}, explode: true, examples: { a: { value: 1 } } },
      { name: "path", in: "path", required: true, content: { "a/b": {} } },
      { name: "cookie", in: "cookie", schema: {}, explode: true, example: 1 },
    ]);
  });

  test("are left out when the path does not name them, or they are broken", async () => {
    const parameters = [
      id,
      { in: "query" },
      { name: 1, in: "query" },
      { name: "", in: "query" },
      { name: "b", in: "body", schema: {} },
      { name: "c", in: "constructor", schema: {} },
      { name: "d", schema: {} },
      null,
      "e",
      [id],
      { name: "good", in: "header", schema: "nonsense", style: "form", allowReserved: true, example: 1, examples: {} },
    ];
    expect(await parametersOf("/a", { get: { parameters } })).toEqual([
      { name: "good", place: "header", required: undefined, schema: {} },
    ]);
  });
});
