import { describe, expect, test } from "bun:test";
import type { Json } from "../../src/service-types/json.ts";
import { printTypes } from "../../src/service-types/print-types.ts";
import { compileDeclarations } from "../support/compiler.ts";
import { createRandom } from "../support/random.ts";

const token = { "/api/v1/auth/token": { post: { responses: { 200: { description: "Tokens" } } } } };

/** The declarations of a gateway that has these paths beside its own, each checked by the compiler. */
function print(paths: Record<string, unknown>, schemas: Record<string, unknown> = {}): string {
  const document = { openapi: "3.1.0", paths: { ...token, ...paths }, components: { schemas } };
  const text = printTypes(document as Json);
  if (text === undefined) throw new Error("nothing was printed");
  expect(compileDeclarations(text)).toEqual({ complaints: [], statements: ["Services", "Gateway", "Schemas"] });
  return text;
}

const answering = (schema: unknown, type = "application/json") => ({
  responses: { 200: { description: "ok", content: { [type]: { schema } } } },
});
/** The type of a schema, on one line. */
function typeOf(schema: unknown, schemas?: Record<string, unknown>): string {
  const text = print({ "/api/v1/x": { get: answering(schema) } }, schemas);
  return (
    /"response": \{\s*200: (.*?);\s*\};\s*\};\s*\};\s*\};\s*\}\s*export interface Gateway/s.exec(text)?.[1] ?? text
  ).replaceAll(/\s+/g, " ");
}

describe("a schema becomes a type", () => {
  test.each([
    [{}, "unknown"],
    [true, "unknown"],
    [false, "never"],
    [{ type: "string" }, "string"],
    [{ type: "integer", minimum: 1 }, "number"],
    [{ type: ["string", "null"] }, "(string | null)"],
    [{ type: "string", format: "binary" }, "Blob"],
    [{ const: "a" }, '"a"'],
    [{ const: -1 }, "-1"],
    [{ enum: ["a", 1, null, true] }, '("a" | 1 | null | true)'],
    [{ enum: ["a", { b: 1 }] }, "unknown"],
    [{ enum: [] }, "never"],
    [{ type: "array", items: { type: ["string", "number"] } }, "(string | number)[]"],
    [{ type: "array" }, "unknown[]"],
    [{ type: "array", prefixItems: [{ type: "string" }], items: false }, "[string]"],
    [{ type: "array", prefixItems: [{ type: "string" }], items: { type: "null" } }, "[string, ...null[]]"],
    [{ type: "object" }, "{ [key: string]: unknown }"],
    [{ type: "object", additionalProperties: false }, "{}"],
    [{ type: "object", additionalProperties: { type: "number" } }, "{ [key: string]: number }"],
    [{ type: "object", patternProperties: { "^a": { type: "string" } } }, "{ [key: string]: string }"],
    [
      { type: "object", properties: { a: { type: "string" }, b: { type: "null" } }, required: ["a"] },
      '{ "a": string; "b"?: null; }',
    ],
    [{ properties: { a: {} } }, '{ "a"?: unknown; }'],
    [{ anyOf: [{ type: "string" }, { type: "string" }, { const: 1 }] }, "(string | 1)"],
    [{ anyOf: [{ type: "string" }, {}] }, "unknown"],
    [
      { allOf: [{ type: "object", properties: { a: { const: 1 } } }, { properties: { b: { const: 2 } } }] },
      '({ "a"?: 1; } & { "b"?: 2; })',
    ],
    [{ type: "date" }, "unknown"],
    [{ $ref: "#/components/schemas/Gone" }, "unknown"],
    [{ $ref: "http://elsewhere/x" }, "unknown"],
  ])("%j is %p", (schema, type) => {
    expect(typeOf(schema)).toBe(type);
  });

  test("a name leads to its schema, and a type may hold itself", () => {
    const node = { type: "object", properties: { next: { $ref: "#/components/schemas/billing.Node" } } };
    const text = print(
      { "/api/v1/x": { get: answering({ $ref: "#/components/schemas/billing.Node" }) } },
      { "billing.Node": node },
    );
    expect(text).toContain('200: Schemas["billing.Node"];');
    expect(text).toContain('"next"?: Schemas["billing.Node"];');
  });

  test("what is nothing but itself is unknown", () => {
    const ref = (name: string) => ({ $ref: `#/components/schemas/${name}` });
    const text = print(
      {},
      {
        A: { anyOf: [ref("B"), { type: "string" }] },
        B: { allOf: [ref("A")] },
        C: ref("C"),
        D: { type: "null" },
        E: ref("D"),
      },
    );
    expect(text.slice(text.indexOf("interface Schemas")).replaceAll(/\s+/g, " ")).toBe(
      'interface Schemas { "A": unknown; "B": unknown; "C": unknown; "D": null; "E": Schemas["D"]; }',
    );
  });
});

describe("a path becomes what the client calls", () => {
  test("segments, parameters, methods; without what lies outside the prefix", () => {
    const text = print({
      "/api/v1/billing": { get: answering({ const: 1 }) },
      "/api/v1/billing/bills/{id}": { get: answering({ const: 2 }), trace: answering({ const: 3 }) },
      "/api/v1/billing/bills/{other}/pages/{p.1}": { delete: {} },
      "/health": { get: answering({ const: 4 }) },
    });
    for (const part of ['"billing": {', '":id": {', '":p_1": {', "200: 1;", "200: 2;", "200: unknown;"])
      expect(text).toContain(part);
    for (const part of ["other", "trace", "health"]) expect(text).not.toContain(part);
  });

  test("the gateway's own stand apart, whatever its prefix is", () => {
    const text = printTypes({
      openapi: "3.1.0",
      paths: { "/v2/auth/token": {}, "/v2/users/me": { get: {} }, "/v2/x/auth/token": { get: {} } },
    });
    expect(text).toMatch(/interface Services \{\s+"x": [^]*interface Gateway \{\s+"users": /);
  });

  test("query, headers, body and answers", () => {
    const text = print({
      "/api/v1/x": {
        post: {
          summary: "Makes one",
          parameters: [
            { name: "limit", in: "query", schema: { type: "integer" } },
            { name: "q", in: "query", required: true, schema: { type: "string" } },
            { name: "X-Tenant", in: "header", required: true, schema: { type: "string" } },
            { name: "Authorization", in: "header", schema: { type: "string" } },
          ],
          requestBody: { content: { "text/plain": {}, "application/json": { schema: { type: "number" } } } },
          responses: {
            201: { content: { "application/json": { schema: { const: 1 } } } },
            202: { description: "of which nothing is said" },
            204: { description: "nothing" },
            "4XX": { content: {} },
            default: { $ref: "#/components/responses/Error" },
          },
        },
        get: answering(
          { type: "object", properties: { at: { type: "number" } }, required: ["at"] },
          "text/event-stream",
        ),
      },
    }).replaceAll(/\s+/g, " ");
    for (const part of [
      "/** Makes one */",
      '"query": { "limit"?: number; "q": string; };',
      '"headers": { "X-Tenant": string; };',
      '"body": (number | undefined);',
      '"response": { 201: 1; 202: unknown; 204: undefined; };',
      'AsyncGenerator<{ "id"?: string; "event"?: string; "data": { "at": number; }; }, void, void>',
    ])
      expect(text).toContain(part);
  });
});

describe("a hostile document", () => {
  const evil = [
    '"; }; declare const pwned: 1; //',
    "*/ export const pwned = 1; /*",
    "`${process.exit()}`",
    '\\"; pwned',
    "\n} export type pwned = 1; {\n",
    "\u2028pwned\u2029",
    "__proto__",
    "constructor",
    "\ud800",
    "}{",
    "get",
    ":x",
    "",
  ];

  test.each(evil)("%j stays a text wherever it stands", (text) => {
    const schema = {
      type: "object",
      properties: { [text]: { const: text } },
      required: [text],
      enum: undefined,
      description: text,
      title: text,
    };
    const segment = text.replaceAll(/[/{}?#]/g, "");
    print(
      {
        [`/api/v1/${segment}`]: { get: { ...answering(schema), summary: text, description: text } },
        [`/api/v1/a/{${text}}`]: {
          get: { ...answering({ enum: [text] }, text), parameters: [{ name: text, in: "query", schema }] },
        },
        [`/api/v1/a/${segment}/get/${segment}`]: {
          post: answering({ type: text, pattern: text, default: text }),
          [text]: answering({}),
        },
      },
      { [text]: schema, Other: { $ref: `#/components/schemas/${text}` } },
    );
  });

  test.each<[string, unknown]>([
    ["nothing", undefined],
    ["null", null],
    ["a text", "openapi"],
    ["a list", []],
    ["no paths", { openapi: "3.1.0" }],
    ["paths of another kind", { openapi: "3.1.0", paths: [1] }],
    ["another document", { openapi: "3.1.0", paths: { "/x": {} } }],
    ["no version", { paths: token }],
  ])("%s is no document of a gateway", (_, document) => {
    expect(printTypes(document as Json)).toBeUndefined();
  });

  test("depth, circles and numbers of schemas end nothing", () => {
    let deep: unknown = { type: "string" };
    for (let depth = 0; depth < 3000; depth += 1)
      deep = depth % 2 === 0 ? { type: Array(9).fill("array"), items: deep } : { anyOf: [deep] };
    const many = Object.fromEntries(
      Array.from({ length: 5000 }, (_, index) => [
        `S${index}`,
        { allOf: [{ $ref: `#/components/schemas/S${(index + 1) % 5000}` }] },
      ]),
    );
    const ending = { ...many, S4999: { type: "string" } };
    const startMs = performance.now();
    expect(print({}, ending)).toContain('"S4990": Schemas["S4991"];');
    print({ "/api/v1/x": { get: answering(deep) } }, many);
    expect(performance.now() - startMs).toBeLessThan(5000);
  });

  test("of any shape prints what compiles", () => {
    const random = createRandom(7);
    const pick = <Item>(items: readonly Item[]): Item => items[Math.floor(random() * items.length)] as Item;
    const keys = [
      "type",
      "properties",
      "items",
      "allOf",
      "anyOf",
      "$ref",
      "required",
      "enum",
      "const",
      "prefixItems",
      "additionalProperties",
      "content",
      "schema",
      "parameters",
      "in",
      "name",
      ...evil,
    ];
    const make = (depth: number): unknown => {
      const kind = random();
      if (depth === 0 || kind < 0.3)
        return pick<unknown>([
          null,
          true,
          false,
          0,
          -1.5,
          "object",
          "array",
          "string",
          "#/components/schemas/A",
          ...evil,
        ]);
      if (kind < 0.5) return Array.from({ length: Math.floor(random() * 4) }, () => make(depth - 1));
      return Object.fromEntries(Array.from({ length: Math.floor(random() * 6) }, () => [pick(keys), make(depth - 1)]));
    };
    for (let round = 0; round < 20; round += 1) {
      const paths = Object.fromEntries(
        Array.from({ length: 10 }, (_, index) => [
          `/api/v1/x/${index}`,
          {
            get: { responses: { 200: make(5) }, parameters: make(3), requestBody: make(4) },
            post: answering(make(6)),
            put: make(4),
          },
        ]),
      );
      print(paths, { A: make(5), B: make(5) });
    }
  });
});
