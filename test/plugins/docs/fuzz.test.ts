import { expect, test } from "bun:test";
import type { WireRoute } from "@isaas/gateway-sdk/services";
import { createRandom, pick } from "../../support/random.ts";
import { answers, describe3, merge, route, service } from "./merge.ts";

const ref = (section: string, name: string) => ({ $ref: `#/components/${section}/${name}` });
const json = { "application/json": { schema: ref("schemas", "Thing"), examples: { one: ref("examples", "One") } } };

/** Something of everything that a document can say. */
const good = describe3(
  {
    "/things": {
      summary: "Things",
      parameters: [ref("parameters", "Trace")],
      get: {
        operationId: "list",
        parameters: [
          { name: "q", in: "query", style: "form", explode: true, schema: { type: "string", nullable: true } },
        ],
        responses: {
          200: { description: "OK", content: json, headers: { etag: ref("headers", "Etag") } },
          "4XX": ref("responses", "Bad"),
        },
      },
      post: {
        operationId: "make",
        requestBody: ref("requestBodies", "Thing"),
        responses: { 201: { description: "Made", links: { get: ref("links", "Get") } } },
        callbacks: { made: ref("callbacks", "Made") },
        security: [{ own: [] }],
      },
    },
    "/things/{id}": {
      get: {
        operationId: "get",
        parameters: [{ name: "id", in: "path", required: true, content: json }],
        responses: { default: { description: "OK", content: json } },
      },
    },
    "/shared/{id}": ref("pathItems", "Shared"),
  },
  {
    servers: [{ url: "http://10.0.0.1" }],
    components: {
      schemas: {
        Thing: {
          type: "object",
          required: ["id"],
          discriminator: { propertyName: "kind", mapping: { leaf: "#/components/schemas/Leaf", thing: "Thing" } },
          properties: {
            id: { type: "integer", minimum: 0, exclusiveMinimum: true },
            inner: ref("schemas", "Thing"),
            leaf: { ...ref("schemas", "Leaf"), nullable: true },
          },
          additionalProperties: {
            oneOf: [ref("schemas", "Leaf"), { type: "array", items: { enum: [1, null, { a: [] }] } }],
          },
        },
        Leaf: { type: "string", example: "x", format: "uuid" },
      },
      responses: { Bad: { description: "Bad", content: json } },
      parameters: { Trace: { name: "trace", in: "header", schema: { type: "string" }, example: "x" } },
      examples: { One: { summary: "one", value: { id: 1 } } },
      requestBodies: {
        Thing: {
          required: true,
          content: {
            ...json,
            "multipart/form-data": { encoding: { a: { contentType: "a/b", headers: { e: ref("headers", "Etag") } } } },
          },
        },
      },
      headers: { Etag: { required: true, schema: { type: "string" } } },
      links: { Get: { operationId: "get", parameters: { id: "$response.body#/id" } } },
      callbacks: {
        Made: { "{$request.body#/url}": { post: { requestBody: ref("requestBodies", "Thing"), responses: answers } } },
      },
      pathItems: { Shared: { delete: { responses: answers } } },
      securitySchemes: { own: { type: "http", scheme: "basic" } },
    },
  },
);

const keys = [
  "$ref",
  "$id",
  "$anchor",
  "$dynamicRef",
  "get",
  "schema",
  "content",
  "example",
  "examples",
  "parameters",
  "responses",
  "callbacks",
  "servers",
  "200",
  "default",
  "in",
  "name",
  "style",
  "x-a",
  "constructor",
  "toString",
  "/things/{x}",
] as const;
const values = [
  null,
  true,
  false,
  0,
  -1,
  1e308,
  "",
  "x",
  "path",
  "deepObject",
  "#",
  "#/components/schemas/Leaf",
  "#/components/responses/Bad",
  "#/paths/~1things",
  "http://evil.test/x",
  "%",
  [],
  {},
  [[]],
  [{}],
  { $ref: "#/components/schemas/Gone" },
  { $ref: "http://evil.test/" },
  { $id: "a" },
] as const;

/** All objects and lists inside of a value. */
function containersIn(value: unknown): (Record<string, unknown> | unknown[])[] {
  if (typeof value !== "object" || value === null) return [];
  return [value as Record<string, unknown>, ...Object.values(value).flatMap(containersIn)];
}

/** Changes one place: another value, another's value, another key, or nothing there. */
function mutate(document: object, random: () => number): void {
  const [first, ...others] = containersIn(document);
  if (first === undefined) return;
  const target = pick(random, [first, ...others]);
  const [key = pick(random, keys), ...more] = Object.keys(target);
  const changed = random() < 0.25 && !Array.isArray(target) ? pick(random, keys) : pick(random, [key, ...more]);
  const value = random() < 0.5 ? pick(random, values) : pick(random, [first, ...others]);
  if (random() < 0.2) Reflect.deleteProperty(target, changed);
  else Reflect.set(target, changed, structuredClone(value));
}

const routes: readonly [WireRoute, ...WireRoute[]] = [
  route(),
  route({ path_prefix: "/things", strip_prefix: false }),
  route({ path_prefix: "/api/v1/thing/things", methods: ["GET"], auth_required: false }),
];

test("the good document is taken over", async () => {
  const { paths, components } = await merge(service(good));
  expect(Object.values(paths).flatMap((item) => Object.keys(item))).toEqual(["get", "post", "get", "delete"]);
  expect(Object.keys(components["schemas"] ?? {})).toEqual(["Error", "thing_service_Thing", "thing_service_Leaf"]);
});

test("six hundred documents, each broken in up to six places, all make a valid one", async () => {
  const random = createRandom(2027);
  const made = new Set<string>();
  for (let round = 0; round < 600; round += 1) {
    const document = structuredClone(good);
    for (let change = 0; change <= random() * 6; change += 1) mutate(document, random);
    const served = routes.filter((one) => one === routes[0] || random() < 0.5);
    const merged = await merge(service(document, { routes: served }));
    const text = JSON.stringify(merged);
    expect(text).not.toMatch(/"\$ref":"(?!#\/components\/(?:responses\/Error|schemas\/Error|\w+\/thing_service_))/);
    made.add(text);
  }
  // The changes reach what is taken over.
  expect(made.size).toBeGreaterThan(300);
}, 30_000);
