import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { Elysia, t } from "elysia";
import { plugin } from "../pipeline/plugins.ts";
import { type InProcessGateway, startInProcess } from "../support/in-process.ts";
import { rawCall, untilClosed } from "../support/raw-client.ts";
import { waitFor } from "../support/wait-for.ts";

const endpoints = new Elysia()
  .get("/t/query", ({ query }) => query, { query: t.Object({ count: t.Number() }) })
  .get("/t/id/:id", ({ params }) => params, { params: t.Object({ id: t.Number() }) })
  .get("/t/text", () => "grüße")
  .get("/t/nothing", ({ status }) => status(204))
  .get("/t/stream", async function* stream() {
    yield "data: one\n\n";
    await Bun.sleep(10);
    yield "data: two\n\n";
  })
  .get("/t/broken", () => {
    throw new Error("broken");
  })
  .get("/t/styled", () => new Response("x", { headers: { "content-security-policy": "default-src 'self'" } }));

let gateway: InProcessGateway;

beforeAll(async () => {
  gateway = await startInProcess({ plugins: [plugin("t", {}, { endpoints })] });
});

afterAll(() => gateway.stop());

function call(path: string, init?: RequestInit): Promise<Response> {
  return fetch(gateway.url + path, init);
}

describe("an answer", () => {
  const head = { until: (text: string) => text.includes("\r\n\r\n") };
  const get = (path: string) => rawCall(gateway.port, `GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`, head);

  test("to HEAD has the headers of GET, its length, and no body", async () => {
    const got = await get("/t/text");
    const close = "HEAD /t/text HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
    const asked = await rawCall(gateway.port, close, { until: untilClosed });
    expect(asked.status).toBe(200);
    expect(asked.body).toBe("");
    expect(asked.header("content-length")).toBe("7");
    expect(asked.header("content-type")).toBe(got.header("content-type"));
  });

  test("has one Content-Length, and no coding", async () => {
    const answer = await get("/t/id/7");
    expect(answer.headers("content-length")).toEqual(["8"]);
    expect(answer.headers("transfer-encoding")).toEqual([]);
  });

  test("without a body has no length", async () => {
    const answer = await get("/t/nothing");
    expect([answer.status, answer.header("content-length")]).toEqual([204, undefined]);
  });

  test("has the security headers, unless the endpoint says otherwise", async () => {
    const plain = await call("/t/text");
    expect(plain.headers.toJSON()).toMatchObject({
      "x-content-type-options": "nosniff",
      "x-frame-options": "DENY",
      "referrer-policy": "no-referrer",
      "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
    });
    const styled = await call("/t/styled");
    expect(styled.headers.get("content-security-policy")).toBe("default-src 'self'");
    expect(styled.headers.get("x-content-type-options")).toBe("nosniff");
  });

  test("that is a stream is passed on piece by piece", async () => {
    const response = await call("/t/stream");
    expect(response.headers.has("content-length")).toBe(false);
    expect(await response.text()).toBe("data: one\n\ndata: two\n\n");
  });

  test("to HEAD for a stream has no body either, and ends the stream", async () => {
    const close = "HEAD /t/stream HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
    const answer = await rawCall(gateway.port, close, { until: untilClosed });
    expect([answer.status, answer.body]).toEqual([200, ""]);
  });
});

describe("the access log", () => {
  async function lineOf(path: string, init?: RequestInit): Promise<{ line: unknown; bytes: number }> {
    const response = await call(path, init);
    const bytes = (await response.arrayBuffer()).byteLength;
    const id = response.headers.get("x-request-id");
    const find = () => gateway.lines.find((line) => line.msg === "request" && line["request_id"] === id);
    await waitFor("the access log", () => find() !== undefined);
    return { line: find(), bytes };
  }

  test.each(["/t/text", "/t/id/7", "/t/stream", "/health", "/swagger", "/swagger/scalar.js"])(
    "counts the bytes that %s answers",
    async (path) => {
      const { line, bytes } = await lineOf(path);
      expect(bytes).toBeGreaterThan(0);
      expect(line).toMatchObject({ status: 200, bytes_out: bytes, outcome: "answered" });
    },
  );

  test.each(["/t/query", "/t/nowhere", "/t//", "/t/broken"])("counts the bytes of an error at %s", async (path) => {
    const { line, bytes } = await lineOf(path);
    expect(line).toMatchObject({ bytes_out: bytes });
  });

  test.each(["/t/text", "/t/nowhere"])("counts none for HEAD %s", async (path) => {
    const { line } = await lineOf(path, { method: "HEAD" });
    expect(line).toMatchObject({ bytes_out: 0 });
  });
});
