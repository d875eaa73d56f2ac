import { describe, expect, test } from "bun:test";
import { Validator } from "@seriousme/openapi-schema-validator";
import { type AnyElysia, Elysia, t } from "elysia";
import { describeApp } from "../../../../sdk/service/openapi/describe-app.ts";

interface Operation {
  readonly [key: string]: unknown;
  readonly parameters: readonly { readonly name: string; readonly in: string; readonly required: boolean }[];
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: unknown }>> };
  readonly responses: Readonly<Record<string, { readonly content?: Readonly<Record<string, { schema: unknown }>> }>>;
}
interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, unknown>> };
}

/** As it travels, and after an independent validator has found it to be OpenAPI 3.1. */
async function documentOf(app: AnyElysia): Promise<Document> {
  const document = JSON.parse(JSON.stringify(describeApp(app as never, { title: "test", version: "1" })));
  const { valid, errors } = await new Validator().validate(structuredClone(document));
  expect([valid, errors]).toEqual([true, undefined]);
  return document;
}

const object = (properties: object, required: readonly string[] = Object.keys(properties)) => ({
  type: "object",
  ...(required.length > 0 ? { required } : {}),
  properties,
});

const operationOf = async (app: AnyElysia): Promise<Operation> => {
  const [item = {}] = Object.values((await documentOf(app)).paths);
  return Object.values(item)[0] as Operation;
};

/** The schema of a body, as it is described. */
async function bodyOf(schema: unknown) {
  const app = new Elysia().post("/", ({ body }) => String(body), { body: schema as never });
  return Object.entries((await operationOf(app)).requestBody?.content ?? {}).map(([type, said]) => [type, said.schema]);
}

describe("paths", () => {
  test("name their parameters, with and without those that may be missing", async () => {
    const app = new Elysia({ prefix: "/p" })
      .get("/a/:id/b", () => "")
      .get("/files/*", () => "")
      .get("/:a?/x/:b?", () => "")
      .get("/", () => "");
    const { paths } = await documentOf(app);
    expect(Object.keys(paths).toSorted()).toEqual([
      "/p/",
      "/p/a/{id}/b",
      "/p/files/{*}",
      "/p/x",
      "/p/x/{b}",
      "/p/{a}/x",
      "/p/{a}/x/{b}",
    ]);
    expect(paths["/p/{a}/x/{b}"]?.["get"]?.parameters.map(({ name }) => name)).toEqual(["a", "b"]);
  });

  test("have the methods that they have; hidden ones and sockets are left out", async () => {
    const app = new Elysia()
      .get("/one", () => "")
      .delete("/one", () => "")
      .all("/all", () => "")
      .route("PROPFIND", "/odd", () => "")
      .ws("/socket", { message() {} })
      .get("/hidden", () => "", { detail: { hide: true } });
    const { paths } = await documentOf(app);
    expect(Object.keys(paths)).toEqual(["/one", "/all"]);
    expect(Object.keys(paths["/one"] ?? {})).toEqual(["get", "delete"]);
    expect(Object.keys(paths["/all"] ?? {})).toHaveLength(7);
  });
});

test("what a route says of itself is told, and its answers beside those of its schema", async () => {
  const responses = { 418: { description: "A teapot" } };
  const detail = { summary: "One", description: "Only one.", tags: ["a"], operationId: "one", deprecated: true };
  const app = new Elysia().get("/", () => "", { detail: { ...detail, responses }, response: t.String() });
  const operation = await operationOf(app);
  expect(operation).toMatchObject(detail);
  expect(Object.keys(operation.responses)).toEqual(["200", "418"]);
});

test("parameters are required unless they are optional or have a default", async () => {
  const app = new Elysia()
    .guard({ headers: t.Object({ "x-tenant": t.String(), authorization: t.String() }) })
    .get("/:id", () => "", {
      params: t.Object({ id: t.Numeric() }),
      query: t.Intersect([t.Object({ q: t.String() }), t.Object({ page: t.Number({ default: 1 }) })]),
      cookie: t.Cookie({ session: t.Optional(t.String()) }),
    });
  const { parameters } = await operationOf(app);
  expect(parameters.map((one) => [one.in, one.name, one.required])).toEqual([
    ["path", "id", true],
    ["query", "q", true],
    ["query", "page", false],
    ["header", "x-tenant", true],
    ["cookie", "session", false],
  ]);
  expect(parameters[0]).toMatchObject({ schema: { type: "number" } });
});

test("the schemas of guards are asked for as well", async () => {
  const app = new Elysia()
    .guard({ schema: "standalone", body: t.Object({ a: t.String() }), response: { 401: t.String() } })
    .post("/", () => "", { body: t.Object({ b: t.String() }), response: { 200: t.String() } });
  const { requestBody, responses } = await operationOf(app);
  expect(requestBody?.content["application/json"]?.schema).toEqual({
    allOf: [object({ b: { type: "string" } }), object({ a: { type: "string" } })],
  });
  expect(Object.keys(responses).toSorted()).toEqual(["200", "401"]);
});

describe("bodies and answers", () => {
  test.each([
    ["an object", t.Object({ a: t.Number() }), "application/json"],
    ["a text", t.String(), "text/plain"],
    ["a file", t.File(), "application/octet-stream"],
    ["a form", t.Object({ file: t.File() }), "multipart/form-data"],
    ["a form of files", t.Object({ files: t.Files() }), "multipart/form-data"],
  ])("%s has its content type", async (_, schema, type) => {
    expect((await bodyOf(schema)).map(([found]) => found)).toEqual([type]);
  });

  test.each([
    ["json", "application/json"],
    ["urlencoded", "application/x-www-form-urlencoded"],
    ["formdata", "multipart/form-data"],
    ["application/vnd.api+json", "application/vnd.api+json"],
  ] as const)("a parser named %s says which", async (parse, type) => {
    const app = new Elysia().post("/", () => "", { body: t.Object({ a: t.String() }), parse: parse as "json" });
    expect(Object.keys((await operationOf(app)).requestBody?.content ?? {})).toEqual([type]);
  });

  test("answers have theirs, by status", async () => {
    const response = {
      200: t.Object({ a: t.Number() }),
      201: t.Number({ description: "How many" }),
      202: t.File(),
      204: t.Void(),
    };
    const app = new Elysia().get("/", () => undefined as never, { response });
    const { responses } = await operationOf(app);
    const types = Object.entries(responses).map(([status, { content = {} }]) => [status, Object.keys(content)]);
    expect(types).toEqual([
      ["200", ["application/json"]],
      ["201", ["text/plain"]],
      ["202", ["application/octet-stream"]],
      ["204", []],
    ]);
    expect(responses["201"]).toMatchObject({ description: "How many" });
  });
});

describe("schemas are plain JSON Schema", () => {
  test.each([
    ["a number that may come as text", t.Numeric(), { type: "number" }],
    ["a boolean that may come as text", t.BooleanString(), { type: "boolean" }],
    ["a date", t.Date(), { type: "string", format: "date-time" }],
    ["null", t.Nullable(t.String()), { anyOf: [{ type: "string" }, { type: "null" }] }],
    ["words", t.Union([t.Literal("a"), t.Literal("b")]), { anyOf: [{ const: "a" }, { const: "b" }] }],
    ["a file", t.File({ type: "image/png" }), { type: "string", format: "binary" }],
    ["files", t.Files(), { type: "array", items: { type: "string", format: "binary" } }],
    ["bytes", t.Uint8Array(), { type: "string", format: "binary" }],
    ["nothing that JSON knows", t.Undefined(), {}],
    ["a record", t.Record(t.String(), t.Date()), { patternProperties: { "^(.*)$": { format: "date-time" } } }],
    ["a tuple", t.Tuple([t.Numeric(), t.String()]), { items: [{ type: "number" }, { type: "string" }] }],
    ["a default", t.String({ default: "x" }), { type: "string", default: "x" }],
    ["a date of TypeBox", { type: "Date" }, { type: "string", format: "date-time" }],
  ])("%s", async (_, schema, wanted) => {
    const app = new Elysia().get("/", () => undefined as never, { response: t.Object({ it: schema as never }) });
    const document = describeApp(app as never, { title: "x", version: "1" });
    const { responses } = Object(document["paths"])["/"].get;
    const { it: found } = responses[200].content["application/json"].schema.properties;
    expect(found).toMatchObject(wanted);
    expect("default" in found).toBe("default" in wanted);
  });

  test("models are named once and referred to", async () => {
    const app = new Elysia()
      .model({ Thing: t.Object({ a: t.Number() }), "Odd/Name": t.String() })
      .post("/", ({ body }) => body, { body: "Thing", response: { 200: "Thing", 400: t.Ref("Odd/Name") } });
    const { paths, components } = await documentOf(app);
    expect(paths["/"]?.["post"]?.requestBody?.content["application/json"]?.schema).toEqual({
      $ref: "#/components/schemas/Thing",
    });
    expect(Object.keys(components.schemas)).toEqual(["Thing", "Odd_Name"]);
    expect(components.schemas["Thing"]).toMatchObject(object({ a: { type: "number" } }));
  });

  test("one that holds itself does so by name, and so do those of a module", async () => {
    const tree = t.Recursive((This) => t.Object({ below: t.Array(This) }), { $id: "Tree" });
    const family = t.Module({
      Parent: t.Object({ child: t.Optional(t.Ref("Child")) }),
      Child: t.Object({ parent: t.Optional(t.Ref("Parent")) }),
    });
    const app = new Elysia()
      .post("/tree", () => "", { body: tree })
      .post("/family", () => "", { body: family.Import("Parent") as never });
    const { components } = await documentOf(app);
    expect(Object.keys(components.schemas).toSorted()).toEqual(["Child", "Parent", "Tree"]);
    expect(components.schemas["Tree"]).toMatchObject({
      properties: { below: { items: { $ref: "#/components/schemas/Tree" } } },
    });
    expect(components.schemas["Parent"]).toMatchObject({
      properties: { child: { $ref: "#/components/schemas/Child" } },
    });
  });

  test("those of other makers tell theirs, or nothing", async () => {
    const standard = (more: object) => ({
      "~standard": { version: 1, vendor: "test", validate: () => ({ value: 1 }), ...more },
    });
    const input = ({ target }: { target: string }) => object({ a: { type: "string" } }, [target]);
    const throws = () => {
      throw new Error("a transformation");
    };
    expect(await bodyOf(standard({ jsonSchema: { input } }))).toEqual([
      ["application/json", object({ a: { type: "string" } }, ["draft-2020-12"])],
    ]);
    expect(await bodyOf({ ...standard({}), toJSONSchema: () => ({ type: "string" }) })).toEqual([
      ["text/plain", { type: "string" }],
    ]);
    expect(await bodyOf({ ...standard({}), toJsonSchema: throws })).toEqual([["application/json", {}]]);
    expect(await bodyOf(standard({}))).toEqual([["application/json", {}]]);
  });
});
