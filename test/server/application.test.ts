import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { GatewayError } from "@isaas/gateway-sdk/errors";
import { Elysia, t } from "elysia";
import type { Exchange } from "../../src/pipeline/exchange.ts";
import { Application } from "../../src/server/application.ts";
import { plugin } from "../pipeline/plugins.ts";
import { type InProcessGateway, startInProcess } from "../support/in-process.ts";

const bounds = { maxBodyBytes: 1024, exchanges: new WeakMap<Request, Exchange>() };
const secret = "S3CRET";

const endpoints = new Elysia({ name: "same" })
  .get("/t/query", ({ query }) => query, {
    query: t.Object({ count: t.Number({ minimum: 3 }), word: t.Optional(t.String({ pattern: "^a$" })) }),
  })
  .post("/t/body", ({ body }) => body, {
    body: t.Object({
      name: t.String({ maxLength: 3 }),
      kind: t.UnionEnum(["x", "y"]),
      list: t.Array(t.Object({ n: t.Integer() })),
    }),
  })
  .get("/t/id/:id", ({ params }) => params, { params: t.Object({ id: t.Number() }) })
  .get("/t/id/me", () => "me")
  .put("/t/id/:id", ({ params }) => params)
  .get("/t/text", () => "grüße")
  .get("/t/broken", () => {
    throw new Error(secret);
  })
  .get("/t/broken-later", async () => {
    await Bun.sleep(1);
    throw new Error(secret);
  })
  .get("/t/ours", async () => {
    await Bun.sleep(1);
    throw new GatewayError("CONFLICT", { message: "Taken.", details: { owner: "a_service" } });
  })
  .get("/t/promised", () => ({ wrong: secret }) as never, { response: t.Object({ right: t.Boolean() }) })
  .get("/t/thrown-status", ({ status }) => {
    throw status(418, "tea");
  })
  .get("/t/files/*", ({ params }) => params["*"])
  .all("/t/all", ({ request }) => request.method)
  .group("/t/group", (group) => group.get("/", () => "grouped"));

/** Elysia takes instances of one name for the same: this one's guard must not be lost for it. */
const namesake = new Elysia({ name: "same" })
  .onBeforeHandle(({ status }) => status(403, "guarded"))
  .get("/u/guarded", () => "open");

let gateway: InProcessGateway;

beforeAll(async () => {
  gateway = await startInProcess({
    plugins: [plugin("t", {}, { endpoints }), plugin("u", {}, { endpoints: namesake })],
  });
});

afterAll(() => gateway.stop());

function call(path: string, init?: RequestInit): Promise<Response> {
  return fetch(gateway.url + path, init);
}

async function errorOf(
  response: Response,
): Promise<{ status: number; code: string; details: Record<string, unknown> }> {
  const text = await response.text();
  expect(text).not.toContain(secret);
  const body = JSON.parse(text);
  expect(body.request_id).toBe(response.headers.get("x-request-id"));
  return { status: response.status, code: body.error.code, details: body.error.details };
}

describe("a request that does not fit the endpoint is 400 with every problem, and none of what was sent", () => {
  const json = (body: string) => ({ method: "POST", body, headers: { "content-type": "application/json" } });

  test.each([
    ["/t/query?count=1", undefined, [{ path: "", message: "Expected number to be greater or equal to 3" }]],
    [
      "/t/query?count=S3CRET&word=S3CRET",
      undefined,
      [
        { path: "count", message: "Expected number" },
        { path: "word", message: "Expected string to match '^a$'" },
      ],
    ],
    ["/t/query", undefined, [{ path: "count", message: "Expected required property" }]],
    ["/t/id/S3CRET", undefined, [{ path: "id", message: "Expected number" }]],
    [
      "/t/body",
      json('{"name":"S3CRET","kind":"S3CRET","list":[{"n":"S3CRET"},{"n":1},{}],"S3CRET":1}'),
      [
        { path: "name", message: "Expected string length less or equal to 3" },
        { path: "kind", message: "Expected x or y" },
        { path: "list.0.n", message: "Expected integer" },
        { path: "list.2.n", message: "Expected required property" },
      ],
    ],
    ["/t/body", json('"S3CRET"'), [{ path: "list", message: "Expected required property" }]],
    ["/t/body", json("{S3CRET"), [{ path: "body", message: "Expected a well-formed body" }]],
    [
      "/t/body",
      { method: "POST", body: "S3CRET", headers: { "content-type": "multipart/form-data" } },
      [{ path: "body", message: "Expected a well-formed body" }],
    ],
  ])("%s %#", async (path, init, problems) => {
    const error = await errorOf(await call(path, init));
    expect(error).toMatchObject({ status: 400, code: "INVALID_REQUEST" });
    const got = error.details["problems"] as { path: string }[];
    for (const problem of problems) expect(got).toContainEqual(problem);
    expect(new Set(got.map((one) => one.path)).size).toBe(got.length);
  });

  test("as a problem document for who asks for one", async () => {
    const response = await call("/t/query?count=S3CRET", {
      headers: { accept: "text/html, application/problem+json" },
    });
    expect(response.headers.get("content-type")).toBe("application/problem+json");
    const text = await response.text();
    expect(text).not.toContain(secret);
    expect(JSON.parse(text)).toMatchObject({
      status: 400,
      code: "INVALID_REQUEST",
      details: { problems: [{ path: "count" }] },
    });
  });
});

describe("what an endpoint throws", () => {
  test.each(["/t/broken", "/t/broken-later", "/t/promised"])(
    "at %s is INTERNAL_ERROR: our fault, not the caller's",
    async (path) => {
      expect(await errorOf(await call(path))).toEqual({ status: 500, code: "INTERNAL_ERROR", details: {} });
    },
  );

  test("is the answer when it is a GatewayError", async () => {
    const error = await errorOf(await call("/t/ours"));
    expect(error).toEqual({ status: 409, code: "CONFLICT", details: { owner: "a_service" } });
  });

  test("is the answer when it is a status", async () => {
    const response = await call("/t/thrown-status");
    expect([response.status, await response.text()]).toEqual([418, "tea"]);
  });
});

describe("the path of an endpoint", () => {
  test("takes parameters, and any rest", async () => {
    expect(await (await call("/t/id/7")).json()).toEqual({ id: 7 });
    expect(await (await call("/t/files/a/b")).text()).toBe("a/b");
  });

  test("without parameters wins over one with", async () => {
    expect(await (await call("/t/id/me")).text()).toBe("me");
  });

  test("is the canonical one", async () => {
    expect(await (await call("/t/%74ext")).text()).toBe("grüße");
  });

  test.each([
    "/t/id",
    "/t/id/7/x",
    "/t/text/",
    "/t/text/x",
    "/health/",
    "/health/nothing",
    "/swagger/x",
    "/swagger/json/x",
  ])("is exact: %s is 404", async (path) => {
    expect(await errorOf(await call(path))).toMatchObject({ status: 404, code: "NOT_FOUND" });
  });
});

describe("the method of an endpoint", () => {
  test.each([
    ["DELETE", "/t/text", "GET, HEAD"],
    ["POST", "/t/id/7", "GET, PUT, HEAD"],
    ["GET", "/t/body", "POST"],
    ["HEAD", "/t/body", "POST"],
    ["OPTIONS", "/t/text", "GET, HEAD"],
  ])("%s %s is 405, and Allow names what is served", async (method, path, allow) => {
    const response = await call(path, { method });
    expect([response.status, response.headers.get("allow")]).toEqual([405, allow]);
  });

  test("is anything where the endpoint takes all", async () => {
    for (const method of ["GET", "DELETE", "PATCH"]) {
      expect(await (await call("/t/all", { method })).text()).toBe(method);
    }
  });
});

describe("two plugins that want to answer the same request", () => {
  const get = (path: string) => ({ endpoints: new Elysia().get(path, () => "x") });

  test("stop the start", () => {
    expect(() => new Application([get("/same"), get("/same")], bounds)).toThrow(
      new TypeError("endpoint GET /same: wanted one answer, got two"),
    );
  });

  test("stop it also when one of them takes every method", () => {
    const all = { endpoints: new Elysia().all("/same", () => "x") };
    expect(() => new Application([get("/same"), all], bounds)).toThrow(
      "endpoint GET /same: wanted one answer, got two",
    );
  });
});

test("a plugin's guard stands although another plugin's endpoints have the same name", async () => {
  expect(await (await call("/u/guarded")).text()).toBe("guarded");
  expect(await (await call("/t/text")).text()).toBe("grüße");
});

test.each(["/t/group", "/t/group/"])("what a prefix and / make together is served at %s", async (path) => {
  expect(await (await call(path)).text()).toBe("grouped");
});

test("the prefixes of the endpoints are their fixed parts", () => {
  const some = new Elysia()
    .get("/", () => "")
    .get("/:any", () => "")
    .get("/a/:id/b", () => "")
    .get("/a/:id", () => "")
    .get("/b/*", () => "");
  expect(new Application([{ endpoints: some }], bounds).prefixes).toEqual(["/", "/a", "/b"]);
});
