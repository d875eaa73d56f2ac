import { describe, expect, test } from "bun:test";
import { defineContract } from "@isaas/gateway-sdk/contract";
import { Validator } from "@seriousme/openapi-schema-validator";
import { Type } from "typebox";
import { billing } from "../../client/billing.ts";

const secret = "hunter2";

describe("what fits", () => {
  test("comes back with types and defaults, and which route it is", () => {
    expect(billing.validate("GET", "/bills?paid=false&tag=a")).toEqual({
      ok: true,
      route: "GET /bills",
      params: {},
      query: { limit: 5, paid: false, tag: ["a"] },
      headers: {},
      body: undefined,
    } as never);
    expect(
      billing.validate("POST", "/bills", { headers: new Headers({ "X-Tenant": "t" }), body: { total: 1.5 } }),
    ).toMatchObject({
      ok: true,
      headers: { "x-tenant": "t" },
      body: { total: 1.5 },
    });
  });

  test.each([
    ["GET", "/bills/7", "GET /bills/:id"],
    ["GET", "/bills/latest", "GET /bills/latest"],
    ["HEAD", "/bills/7", "GET /bills/:id"],
    ["DELETE", "/bills/7", "DELETE /bills/:id"],
    ["GET", "/bills/x%2Fy/changes", "GET /bills/:id/changes"],
    ["GET", "/", "GET /"],
    ["GET", "http://service:8001/bills/7?x=1", "GET /bills/:id"],
    ["GET", "//bills", undefined],
  ])("%s %s is %p", (method, target, route) => {
    const checked = billing.validate(method, target);
    expect<unknown>(checked.ok ? checked.route : undefined).toBe(route);
  });

  test("parameters are unescaped", () => {
    expect(billing.validate("GET", "/bills/%C3%A4%2F/changes")).toMatchObject({ params: { id: "ä/" } });
  });

  test("numbers and booleans of unions, enumerations and constants", () => {
    const choosy = defineContract({
      title: "Choosy",
      routes: {
        "GET /": {
          query: Type.Object({
            size: Type.Optional(Type.Union([Type.Literal(10), Type.Literal(20)])),
            level: Type.Optional(Type.Enum([1, 2])),
            limit: Type.Optional(Type.Union([Type.Integer(), Type.Null()])),
            id: Type.Optional(Type.Union([Type.Integer(), Type.String()])),
            on: Type.Optional(Type.Union([Type.Literal(true), Type.Literal("auto")])),
          }),
          responses: {},
        },
      },
    });
    const query = "/?size=10&level=2&limit=3&id=7&on=true";
    expect(choosy.validate("GET", query)).toMatchObject({
      ok: true,
      query: { size: 10, level: 2, limit: 3, id: "7", on: true },
    });
    expect(choosy.validate("GET", "/?on=auto")).toMatchObject({ query: { on: "auto" } });
    expect(choosy.validate("GET", "/?size=30").ok).toBe(false);
  });

  test("headers of node:http, lists among them", () => {
    const headers = { "x-tenant": ["a", "b"], cookie: undefined };
    expect(billing.validate("POST", "/bills", { headers, body: { total: 1 } })).toMatchObject({
      headers: { "x-tenant": "a, b" },
    });
  });
});

describe("what does not fit", () => {
  const problemsOf = (...request: Parameters<typeof billing.validate>) => {
    const checked = billing.validate(...request);
    expect(JSON.stringify(checked)).not.toContain(secret);
    if (checked.ok) throw new Error("it fits");
    return [checked.status, checked.problems.map(({ path, message }) => `${path}: ${message}`), checked.allow];
  };

  test("is told with path and what is wanted, never with what was sent", () => {
    expect(problemsOf("GET", `/bills?limit=${secret}&paid=yes`)).toEqual([
      400,
      ["query.limit: wanted an integer from 1 to 10", "query.paid: wanted true or false"],
      [],
    ]);
    expect(problemsOf("GET", `/bills/${secret}`)).toEqual([400, ["params.id: wanted an integer, at least 1"], []]);
    expect(problemsOf("POST", "/bills", { body: { total: secret, nota: 1 } })).toEqual([
      400,
      [
        "headers.x-tenant: wanted a string of at least 1 character",
        "body.nota: wanted a known field (did you mean note?)",
        "body.total: wanted a number, at least 0",
      ],
      [],
    ]);
    expect(problemsOf("POST", "/bills", { headers: { "x-tenant": "a" } })).toEqual([
      400,
      ["body: wanted an object"],
      [],
    ]);
    expect(problemsOf("POST", "/bills", { headers: { "x-tenant": "a" }, body: secret })).toEqual([
      400,
      ["body: wanted an object"],
      [],
    ]);
  });

  test.each(["1.5", "0x1", "", " 1", "1n", "1e400", "true", "١"])(
    "limit=%p is no integer: nothing is guessed",
    (text) => {
      expect(problemsOf("GET", `/bills?limit=${encodeURIComponent(text)}`)[0]).toBe(400);
    },
  );

  test("a name that comes twice is a list, where none is wanted", () => {
    expect(problemsOf("GET", "/bills?limit=1&limit=2")[0]).toBe(400);
  });

  test("no route, or one with other methods", () => {
    expect(problemsOf("GET", "/bills/")).toEqual([404, [], []]);
    expect(problemsOf("GET", "/bill")).toEqual([404, [], []]);
    expect(problemsOf("PUT", "/bills/7")).toEqual([405, [], ["GET", "DELETE"]]);
    expect(problemsOf("GET", "/bills/%E0%A4%A/changes")).toEqual([400, ["params: wanted well-formed escapes"], []]);
  });

  test("names of the prototype are no values", () => {
    expect(billing.validate("GET", "/bills?__proto__=1&constructor=2")).toMatchObject({
      ok: true,
      query: { limit: 5 },
    });
    expect(Object.prototype).not.toHaveProperty("1");
  });
});

describe("its document", () => {
  test("is OpenAPI 3.1, with every route", async () => {
    const { valid, errors } = await new Validator().validate({ ...billing.openapi });
    expect([valid, errors]).toEqual([true, undefined]);
    const { info, paths } = billing.openapi;
    expect(info).toEqual({ title: "Billing", version: "1.0.0", description: "Who owes what." });
    expect(Object.entries(paths).map(([path, item]) => `${path} ${Object.keys(item).join(" ")}`)).toEqual([
      "/bills get post",
      "/bills/{id} get delete",
      "/bills/latest get",
      "/bills/{id}/changes get",
      "/ get",
    ]);
    expect(paths["/bills/{id}"]?.["get"]).toEqual({
      parameters: [{ name: "id", in: "path", required: true, schema: { type: "integer", minimum: 1 } }],
      responses: {
        200: { description: "Answer", content: { "application/json": { schema: expect.any(Object) } } },
        404: { description: "Answer", content: { "application/json": { schema: expect.any(Object) } } },
      },
    });
    expect(paths["/bills/{id}/changes"]?.["get"]).toMatchObject({
      parameters: [{ name: "id", in: "path", required: true, schema: { type: "string" } }],
      responses: { 200: { content: { "text/event-stream": { schema: { type: "object" } } } } },
    });
    expect(paths["/bills"]?.["post"]).toMatchObject({ requestBody: { required: true } });
  });
});

test.each(["get /x", "GET x", "FETCH /x", "GET /a//b", "GET /a/", "GET /:", "GET /a?b", "GET /a b"])(
  "%p is no route",
  (key) => {
    const routes = { [key]: { responses: { 200: Type.String() } } };
    expect(() => defineContract({ title: "x", routes: routes as never })).toThrow(
      `route "${key}": wanted a method and a path, such as GET /bills/:id`,
    );
  },
);
