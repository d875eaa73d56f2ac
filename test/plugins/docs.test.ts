import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { Validator } from "@seriousme/openapi-schema-validator";
import { Elysia, t } from "elysia";
import { plugin } from "../pipeline/plugins.ts";
import { type GatewayProcess, startGateway } from "../support/gateway.ts";
import { type InProcessGateway, startInProcess } from "../support/in-process.ts";

interface Operation {
  readonly summary?: string;
  readonly parameters?: readonly { name: string; in: string; required: boolean }[];
  readonly requestBody?: { content: object };
  readonly responses: Readonly<Record<string, { description?: string; $ref?: string; content?: object }>>;
}

interface Document {
  readonly [key: string]: unknown;
  readonly openapi: string;
  readonly info: { title: string; version: string };
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
}

async function readDocument(url: string): Promise<Document> {
  return (await (await fetch(`${url}/swagger/json`)).json()) as Document;
}

let gateway: GatewayProcess;
let document: Document;

beforeAll(async () => {
  gateway = await startGateway();
  document = await readDocument(gateway.url);
});

afterAll(async () => {
  await gateway.stop();
});

describe("/swagger/json", () => {
  test("is a valid OpenAPI 3.1 document", async () => {
    expect(document.openapi).toBe("3.1.0");
    const validator = new Validator();
    expect(await validator.validate(structuredClone(document))).toEqual({ valid: true });
    expect(validator.version).toBe("3.1");
  });

  test("names the gateway and its version", async () => {
    const { version } = (await (await fetch(`${gateway.url}/health`)).json()) as { version: string };
    expect(document.info).toMatchObject({ title: "ISaaS API Gateway", version });
  });

  test("has every endpoint of the gateway, each with a summary and what its errors look like", () => {
    expect(Object.keys(document.paths)).toEqual(
      expect.arrayContaining(["/health", "/health/live", "/health/ready", "/explain", "/swagger/json"]),
    );
    for (const operation of Object.values(document.paths).flatMap((methods) => Object.values(methods))) {
      expect(operation.summary).toBeString();
      expect(operation.responses["default"]).toEqual({ $ref: "#/components/responses/Error" });
    }
  });

  test("leaves out what is only there for the page", () => {
    expect(document.paths).not.toContainKeys(["/swagger", "/swagger/scalar.js"]);
  });

  test("describes each status of an endpoint, as JSON alone", () => {
    expect(document.paths["/health/ready"]?.["get"]?.responses).toMatchObject({
      200: { description: "OK", content: { "application/json": {} } },
      503: { description: "Service Unavailable", content: { "application/json": {} } },
    });
    expect(JSON.stringify(document)).not.toContain("multipart/form-data");
  });

  test("does not demand a parameter that has a default", () => {
    expect(document.paths["/explain"]?.["get"]?.parameters).toMatchObject([
      { name: "method", in: "query", required: false },
      { name: "path", in: "query", required: true },
    ]);
  });
});

describe("with a plugin of any kind", () => {
  let own: InProcessGateway;
  let with_: Document;

  beforeAll(async () => {
    const endpoints = new Elysia()
      .get("/.well-known/keys.json", () => ({ keys: [] }), { detail: { summary: "Keys" } })
      .post("/things/:id", () => ({ made: new Date() }), {
        params: t.Object({ id: t.Number() }),
        query: t.Object({ dry: t.Optional(t.Boolean()), at: t.Optional(t.Date()) }),
        headers: t.Object({ "idempotency-key": t.Optional(t.String()) }),
        body: t.Object({
          kind: t.UnionEnum(["x", "y"]),
          size: t.Nullable(t.Integer({ minimum: 1, exclusiveMaximum: 9 })),
          tags: t.Record(t.String(), t.Array(t.String(), { maxItems: 3 })),
          either: t.Union([t.Literal("a"), t.Object({ b: t.Tuple([t.String(), t.Number()]) })]),
        }),
        response: { 200: t.Object({ made: t.Date() }), 409: t.Object({ owner: t.String() }) },
        detail: { summary: "Make a thing" },
      })
      .delete("/things/:id", () => {}, { detail: { summary: "Forget a thing" } })
      .get("/things/hidden", () => "", { detail: { hide: true } })
      .ws("/things/live", {});
    own = await startInProcess({ plugins: [plugin("things", {}, { endpoints })] });
    with_ = await readDocument(own.url);
  });

  afterAll(() => own.stop());

  test("the document is still valid", async () => {
    expect(await new Validator().validate(structuredClone(with_))).toEqual({ valid: true });
  });

  test("its endpoints are in it, also those with a dot in the path", () => {
    expect(Object.keys(with_.paths)).toEqual(
      expect.arrayContaining(["/.well-known/keys.json", "/things/{id}", "/health"]),
    );
    expect(Object.keys(with_.paths["/things/{id}"] ?? {})).toEqual(["post", "delete"]);
    expect(with_.paths).not.toContainKey("/things/hidden");
  });

  test("bodies are offered as JSON, parameters of the path are demanded", () => {
    const make = with_.paths["/things/{id}"]?.["post"];
    expect(Object.keys(make?.requestBody?.content ?? {})).toEqual(["application/json"]);
    const required = make?.parameters?.map(({ name, in: where, required }) => [where, name, required]);
    expect(required).toContainEqual(["path", "id", true]);
    expect(required).toContainEqual(["query", "dry", false]);
    expect(make?.responses["409"]?.description).toBe("Conflict");
  });
});

describe("/swagger", () => {
  test("is a page that may load nothing but its own script and document", async () => {
    const response = await fetch(`${gateway.url}/swagger`);
    expect(response.status).toBe(200);
    expect(response.headers.get("content-type")).toBe("text/html; charset=utf-8");
    const policy = response.headers.get("content-security-policy")?.split("; ");
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("script-src 'self'");
    expect(policy).toContain("connect-src 'self'");
    expect(policy?.join("; ")).not.toMatch(/https?:|\*|unsafe-eval|script-src[^;]*unsafe-inline/);
    const html = await response.text();
    expect([...html.matchAll(/(?:src|href|data-url)="([^"]*)"/g)].map(([, url]) => url)).toEqual([
      "/swagger/json",
      "/swagger/scalar.js",
    ]);
    expect(html).not.toMatch(/cdn|fonts\./);
  });

  test("has its script in the executable", async () => {
    const response = await fetch(`${gateway.url}/swagger/scalar.js`);
    expect(response.headers.get("content-type")).toBe("text/javascript; charset=utf-8");
    expect(response.headers.get("cache-control")).toBe("public, max-age=3600");
    const script = await response.text();
    expect(response.headers.get("content-length")).toBe(String(Buffer.byteLength(script)));
    expect(script.length).toBeGreaterThan(1_000_000);
  });

  test.each(["/swagger/x", "/swagger/", "/swagger/scalar.js/x", "/swagger/../swagger/page", "/page", "/document"])(
    "has nothing at %s",
    async (path) => {
      const response = await fetch(gateway.url + path);
      expect([response.status, (await response.json()).error.code]).toEqual([404, "NOT_FOUND"]);
    },
  );
});
