import { describe, expect, test } from "bun:test";
import { answers, createMerger, describe3, merge, ownDocument, readMerged, route, service } from "./merge.ts";

const read = (more: object = {}) => ({ get: { responses: answers, ...more } });

describe("the merged document", () => {
  test("says once how to be let in, and of each operation whether that is needed", async () => {
    const own = { security: [{ own: ["admin"] }], servers: [{ url: "http://10.0.0.1" }], tags: ["a"] };
    const servers = [{ url: "http://10.0.0.2/base" }];
    const document = describe3({ "/a": { ...read(own), servers } }, { servers, security: [{ own: [] }] });
    const merged = await merge(
      service(document),
      service(document, { name: "open", routes: [route({ path_prefix: "/open", auth_required: false })] }),
    );
    expect(merged.components["securitySchemes"]).toEqual({
      bearer: { type: "http", scheme: "bearer", bearerFormat: "JWT" },
    });
    expect(merged.paths["/api/v1/thing/a"]?.["get"]).toMatchObject({
      security: [{ bearer: [] }],
      tags: ["thing_service"],
    });
    expect(merged.paths["/open/a"]?.["get"]).toMatchObject({ security: [], tags: ["open"] });
    expect(JSON.stringify(merged)).not.toContain("10.0.0");
  });

  test("adds the gateway's errors to the answers of a service, and nothing else", async () => {
    const responses = { 200: { description: "fine" }, "4XX": {}, default: { description: "own" }, 99: {}, x: {} };
    const { paths } = await merge(service(describe3({ "/a": read({ responses }), "/b": read({ responses: 7 }) })));
    const error = { $ref: "#/components/responses/Error" };
    expect(paths["/api/v1/thing/a"]?.["get"]?.responses).toEqual({
      200: { description: "fine" },
      "4XX": { description: "Answer" },
      default: error,
    });
    expect(paths["/api/v1/thing/b"]?.["get"]?.responses).toEqual({ default: error });
  });

  test("names each operation once", async () => {
    const named = (operationId: unknown) => read({ operationId });
    const document = describe3({
      "/a": named("x"),
      "/b": named("x"),
      "/c": named("x_2"),
      "/d": named(7),
      "/e": named(""),
    });
    const { paths } = await merge(service(document, { routes: [route(), route({ path_prefix: "/other" })] }));
    const ids = Object.values(paths).map((item) => item["get"]?.operationId);
    expect(ids.slice(0, 5)).toEqual([
      "thing_service_x",
      "thing_service_x_2",
      "thing_service_x_2_2",
      undefined,
      undefined,
    ]);
    const given = ids.filter((id) => id !== undefined);
    expect([given.length, new Set(given).size]).toEqual([6, 6]);
  });

  test("tells what each service says of itself", async () => {
    const about = (description: unknown) => describe3({}, { info: { title: "x", version: "1", description } });
    const { tags } = await merge(
      service(about("Things, and more.")),
      service(about({ html: true }), { name: "b", routes: [] }),
      service(describe3({}, { info: null }), { name: "c", routes: [] }),
    );
    expect(tags).toEqual([{ name: "thing_service", description: "Things, and more." }, { name: "b" }, { name: "c" }]);
  });

  test("leaves out who would take the place of another", async () => {
    const things = (schema: string) =>
      describe3(
        {
          "/a": {
            get: {
              responses: {
                200: { description: "", content: { "a/b": { schema: { $ref: `#/components/schemas/${schema}` } } } },
              },
            },
          },
        },
        { components: { schemas: { [schema]: { title: schema } } } },
      );
    const { merger, lines } = createMerger();
    const merged = await readMerged(
      await merger.merge(ownDocument, [
        service(things("b_C"), { name: "a" }),
        service(things("C"), { name: "a_b", routes: [route({ path_prefix: "/second" })] }),
        service(describe3({ "/a": read() }), { name: "same_path" }),
      ]),
    );
    expect(Object.keys(merged.paths)).toEqual(["/api/v1/thing/a"]);
    expect(merged.components["schemas"]?.["a_b_C"]).toEqual({ title: "b_C" });
    expect(lines).toEqual([
      { level: "debug", service: "a_b" },
      { level: "debug", service: "same_path" },
    ]);
  });

  test("reads a service's document once, as long as it and the routes are the same", async () => {
    let reads = 0;
    const document = {
      get openapi() {
        reads += 1;
        return "3.1.0";
      },
      paths: { "/a": read() },
    };
    const { merger } = createMerger();
    const pathsWith = async (...services: Parameters<typeof merger.merge>[1]) =>
      Object.keys((await readMerged(await merger.merge(ownDocument, services))).paths);
    await pathsWith(service(document));
    expect(await pathsWith(service(document))).toEqual(["/api/v1/thing/a"]);
    expect(reads).toBe(1);
    expect(await pathsWith(service(document, { routes: [route({ path_prefix: "/new" })] }))).toEqual(["/new/a"]);
    expect(reads).toBe(2);
    expect(await pathsWith(service(describe3({ "/b": read() }), { routes: [route({ path_prefix: "/new" })] }))).toEqual(
      ["/new/b"],
    );
  });

  test("forgets a service that has gone", async () => {
    const { merger } = createMerger();
    let reads = 0;
    const document = {
      get openapi() {
        reads += 1;
        return "3.1.0";
      },
    };
    for (const services of [[service(document)], [], [service(document)]]) await merger.merge(ownDocument, services);
    expect(reads).toBe(2);
  });

  test("lets others have their turn while it reads", async () => {
    let turns = 0;
    const counter = setInterval(() => (turns += 1), 0);
    const paths = Object.fromEntries(Array.from({ length: 500 }, (_, index) => [`/p${index}`, read()]));
    await createMerger().merger.merge(
      ownDocument,
      Array.from({ length: 100 }, (_, index) => service(describe3(paths), { name: `s${index}`, routes: [] })),
    );
    clearInterval(counter);
    expect(turns).toBeGreaterThan(3);
  });

  test("of a thousand services is put together again at once", async () => {
    const operations = {
      get: { operationId: "get", responses: answers },
      post: { operationId: "post", responses: answers },
    };
    const paths = Object.fromEntries(Array.from({ length: 5 }, (_, index) => [`/things${index}/{id}`, operations]));
    const services = Array.from({ length: 1000 }, (_, index) =>
      service(describe3(paths), { name: `s${index}`, routes: [route({ path_prefix: `/api/v1/s${index}` })] }),
    );
    const { merger } = createMerger();
    const first = await merger.merge(ownDocument, services);
    const startMs = performance.now();
    const again = await merger.merge(ownDocument, services);
    // Some 20 ms here; the first time takes thirty times as long.
    expect(performance.now() - startMs).toBeLessThan(1000);
    expect(again).toBe(first);
    expect(Object.keys((await readMerged(again)).paths)).toHaveLength(5000);
  });
});
