import { describe, expect, test } from "bun:test";
import { answers, describe3, merge, type MergedDocument, route, service } from "./merge.ts";

const json = (schema: unknown) => ({ "application/json": { schema } });
const ref = (section: string, name: string) => ({ $ref: `#/components/${section}/${name}` });

/** The merged document of a service with one operation, which says this. */
async function withOperation(operation: object, components: object = {}): Promise<MergedDocument> {
  return await merge(service(describe3({ "/a": { post: { responses: answers, ...operation } } }, { components })));
}

/** The schema that is left of one, and the schemas it refers to. */
async function withSchema(schema: unknown, schemas: object = {}): Promise<{ left: unknown; schemas: object }> {
  const document = await withOperation({ requestBody: { content: json(schema) } }, { schemas });
  const body = document.paths["/api/v1/thing/a"]?.["post"]?.["requestBody"] as { content: ReturnType<typeof json> };
  const { Error: _ours, ...theirs } = document.components["schemas"] ?? {};
  return { left: body.content["application/json"].schema, schemas: theirs };
}

describe("components", () => {
  test("get the name of their service, and so do the references to them", async () => {
    const { left, schemas } = await withSchema(ref("schemas", "A"), {
      A: { type: "object", properties: { b: ref("schemas", "B"), me: ref("schemas", "A") } },
      B: { allOf: [ref("schemas", "A")] },
    });
    expect(left).toEqual(ref("schemas", "thing_service_A"));
    expect(schemas).toEqual({
      thing_service_A: {
        type: "object",
        properties: { b: ref("schemas", "thing_service_B"), me: ref("schemas", "thing_service_A") },
      },
      thing_service_B: { allOf: [ref("schemas", "thing_service_A")] },
    });
  });

  test("of every kind are taken over, those that something refers to", async () => {
    const { paths, components } = await withOperation(
      {
        operationId: "make",
        parameters: [ref("parameters", "P")],
        requestBody: ref("requestBodies", "B"),
        responses: { 201: ref("responses", "R") },
        callbacks: { done: ref("callbacks", "C") },
      },
      {
        parameters: { P: { name: "p", in: "query", schema: {}, examples: { e: ref("examples", "E") } } },
        requestBodies: { B: { content: json(ref("schemas", "S")) } },
        responses: { R: { description: "made", headers: { h: ref("headers", "H") }, links: { l: ref("links", "L") } } },
        callbacks: {
          C: { "{$request.body#/url}": { post: { responses: answers, requestBody: ref("requestBodies", "B") } } },
        },
        examples: { E: { value: 1 }, Unused: { value: 2 } },
        schemas: { S: { type: "string" } },
        headers: { H: { schema: { type: "string" } } },
        links: { L: { operationId: "make", parameters: { id: "$response.body#/id" } } },
        securitySchemes: { own: { type: "http", scheme: "basic" } },
      },
    );
    const { schemas, responses, securitySchemes, ...others } = components;
    expect(Object.keys(schemas ?? {})).toEqual(["Error", "thing_service_S"]);
    expect(Object.keys(responses ?? {})).toEqual(["Error", "thing_service_R"]);
    expect(securitySchemes).toEqual({ bearer: { type: "http", scheme: "bearer", bearerFormat: "JWT" } });
    expect(Object.values(others).map((section) => Object.keys(section).join())).toEqual(
      ["P", "E", "B", "H", "L", "C"].map((name) => `thing_service_${name}`),
    );
    expect(others["links"]?.["thing_service_L"]?.["operationId"]).toBe("thing_service_make");
    expect(paths["/api/v1/thing/a"]?.["post"]).toMatchObject({
      operationId: "thing_service_make",
      parameters: [ref("parameters", "thing_service_P")],
      requestBody: ref("requestBodies", "thing_service_B"),
      responses: { 201: ref("responses", "thing_service_R"), default: ref("responses", "Error") },
      callbacks: { done: ref("callbacks", "thing_service_C") },
    });
  });

  test("have valid names, whatever theirs were", async () => {
    const names = ["Page[Item]", "Page<Item>", "a/b~c", "__proto", "constructor"];
    const escape = (name: string) => encodeURIComponent(name.replaceAll("~", "~0").replaceAll("/", "~1"));
    const { left, schemas } = await withSchema(
      { anyOf: names.map((name) => ref("schemas", escape(name))) },
      Object.fromEntries(names.map((name) => [name, { title: name }])),
    );
    const given = ["Page_Item_", "Page_Item__2", "a_b_c", "__proto", "constructor"].map(
      (name) => `thing_service_${name}`,
    );
    expect(left).toEqual({ anyOf: given.map((name) => ref("schemas", name)) });
    expect(Object.keys(schemas).toSorted()).toEqual(given.toSorted());
  });

  test("that are references themselves are looked up", async () => {
    const { paths, components } = await withOperation(
      { responses: { 200: ref("responses", "Alias"), 201: ref("responses", "Loop"), 202: ref("responses", "Real") } },
      { responses: { Alias: ref("responses", "Real"), Real: answers[200], Loop: ref("responses", "Loop") } },
    );
    expect(paths["/api/v1/thing/a"]?.["post"]?.responses).toEqual({
      200: ref("responses", "thing_service_Real"),
      202: ref("responses", "thing_service_Real"),
      default: ref("responses", "Error"),
    });
    expect(Object.keys(components["responses"] ?? {})).toEqual(["Error", "thing_service_Real"]);
  });

  test("of another service, and of the gateway, are out of reach", async () => {
    const { paths } = await merge(
      service(
        describe3(
          { "/a": { get: { responses: { 200: { description: "x", content: json(ref("schemas", "S")) } } } } },
          { components: { schemas: { S: {} } } },
        ),
        { name: "a" },
      ),
      service(
        describe3({
          "/b": {
            get: {
              responses: {
                200: ref("responses", "Error"),
                201: { description: "x", content: json(ref("schemas", "a_S")) },
              },
            },
          },
        }),
        { name: "b", routes: [route({ path_prefix: "/b" })] },
      ),
    );
    expect(paths["/api/v1/thing/a"]?.["get"]?.responses["200"]?.["content"]).toEqual(json(ref("schemas", "a_S")));
    expect(paths["/b/b"]?.["get"]?.responses).toEqual({
      201: { description: "x", content: json({}) },
      default: ref("responses", "Error"),
    });
  });
});

describe("a reference", () => {
  test.each([
    "http://evil.test/schema.json",
    "//evil.test/x",
    "file:///etc/passwd",
    "other.yaml",
    "#/paths/~1a/post/requestBody",
    "#/components/schemas/Gone",
    "#/components/schemas/constructor",
    "#/components/schemas/__proto__",
    "#/components/schemas/A/properties/b",
    "#/components/responses/A",
    "#/components/schemas/%E0%A4%A",
    "#A",
    "#",
    "",
    7,
    null,
    { a: 1 },
  ])("to %p leads nowhere: anything matches", async ($ref) => {
    const { left, schemas } = await withSchema(
      { properties: { a: { $ref, type: "object" } } },
      { A: { properties: {} } },
    );
    expect([left, schemas]).toEqual([{ properties: { a: {} } }, {}]);
  });

  test("to a parameter, body or answer that is not there takes it away", async () => {
    const gone = { $ref: "http://evil.test/x" };
    const { paths } = await withOperation({
      parameters: [gone, { name: "q", in: "query", schema: {}, examples: { x: gone } }],
      requestBody: gone,
      responses: { 200: gone, 201: { description: "x", headers: { h: gone }, links: { l: gone } } },
      callbacks: { c: gone },
    });
    expect(paths["/api/v1/thing/a"]?.["post"]).toEqual({
      tags: ["thing_service"],
      callbacks: {},
      parameters: [{ name: "q", in: "query", schema: {}, examples: {} }],
      responses: { 201: { description: "x", headers: {}, links: {} }, default: ref("responses", "Error") },
      security: [{ bearer: [] }],
    });
  });

  test("is no reference where it is data, and yet does not stay", async () => {
    const $ref = "http://evil.test/x";
    const { left } = await withSchema({
      default: { $ref, a: [{ $ref }] },
      enum: [{ $ref }, 1],
      properties: { $ref: { type: "string" }, $id: { type: "string" }, a: { type: "string" } },
    });
    expect(left).toEqual({ default: { a: [{}] }, enum: [{}, 1], properties: { a: { type: "string" } } });
  });

  test("keeps what stands beside it", async () => {
    const beside = { ...ref("schemas", "A"), description: "an A", allOf: [ref("schemas", "A")] };
    expect((await withSchema(beside, { A: {} })).left).toEqual({
      description: "an A",
      allOf: [ref("schemas", "thing_service_A"), ref("schemas", "thing_service_A")],
    });
  });

  test("of a discriminator follows its schema", async () => {
    const mapping = { a: "#/components/schemas/A", b: "B", c: "http://evil.test/c", d: "Gone", e: 7 };
    const schema = { oneOf: [ref("schemas", "A")], discriminator: { propertyName: "kind", mapping } };
    expect((await withSchema(schema, { A: {}, B: {} })).left).toEqual({
      oneOf: [ref("schemas", "thing_service_A")],
      discriminator: {
        propertyName: "kind",
        mapping: { a: "#/components/schemas/thing_service_A", b: "#/components/schemas/thing_service_B" },
      },
    });
  });

  test("of a link goes to an operation that callers reach, or the link is gone", async () => {
    const links = {
      good: { operationId: "a" },
      hidden: { operationId: "b" },
      away: { operationRef: "http://evil.test/" },
    };
    const merged = await merge(
      service(
        describe3({
          "/a": { get: { operationId: "a", responses: { 200: { description: "OK", links } } } },
          "/{": { get: { operationId: "b" } },
        }),
      ),
    );
    expect(merged.paths["/api/v1/thing/a"]?.["get"]?.responses["200"]?.["links"]).toEqual({
      good: { operationId: "thing_service_a" },
    });
  });
});

describe("a schema of OpenAPI 3.0", () => {
  test.each([
    [{ type: "string", nullable: true }, { type: ["string", "null"] }],
    [
      { type: "string", nullable: true, enum: ["a"] },
      { type: ["string", "null"], enum: ["a", null] },
    ],
    [{ type: "string", nullable: false }, { type: "string" }],
    [{ allOf: [{ type: "string" }], nullable: true }, { anyOf: [{ allOf: [{ type: "string" }] }, { type: "null" }] }],
    [{ nullable: true }, {}],
    [
      { minimum: 1, exclusiveMinimum: true, maximum: 9, exclusiveMaximum: false },
      { exclusiveMinimum: 1, maximum: 9 },
    ],
    [{ maximum: 9, exclusiveMaximum: true }, { exclusiveMaximum: 9 }],
    [{ exclusiveMaximum: true }, {}],
    [
      { type: "integer", example: 7 },
      { type: "integer", examples: [7] },
    ],
    [{ type: "file" }, {}],
    [{ type: ["string", "file", "null", "null"] }, { type: ["string", "null"] }],
    [{ items: [{ type: "string" }], required: true, properties: null, allOf: [], oneOf: {} }, {}],
    [{ "x-secret": 1, xml: {}, externalDocs: { url: "http://10.0.0.1" }, $comment: "x", $defs: { a: {} } }, {}],
    ["nonsense", undefined],
    [true, true],
  ])("%j is %j in 3.1", async (old, expected) => {
    expect((await withSchema(old)).left).toEqual(expected);
  });

  test("that may be null beside a reference", async () => {
    const { left } = await withSchema({ ...ref("schemas", "A"), nullable: true }, { A: {} });
    expect(left).toEqual({ anyOf: [ref("schemas", "thing_service_A"), { type: "null" }] });
  });
});
