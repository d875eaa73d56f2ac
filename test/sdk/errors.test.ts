import { describe, expect, test } from "bun:test";
import { type ErrorCode, errorStatus, GatewayError } from "@isaas/gateway-sdk/errors";
import { renderError, securityHeaders, toGatewayError } from "../../src/server/render-error.ts";

const codes = Object.keys(errorStatus) as ErrorCode[];

test("the codes and statuses are those of the public interface", () => {
  expect(errorStatus).toEqual({
    INVALID_REQUEST: 400,
    AUTH_ERROR: 401,
    INSUFFICIENT_SCOPE: 403,
    PRIVACY_REFUSED: 403,
    NOT_FOUND: 404,
    METHOD_NOT_ALLOWED: 405,
    CONFLICT: 409,
    PAYLOAD_TOO_LARGE: 413,
    RATE_LIMIT: 429,
    INTERNAL_ERROR: 500,
    UPSTREAM_ERROR: 502,
    CIRCUIT_OPEN: 503,
    SERVICE_UNAVAILABLE: 503,
    UPSTREAM_TIMEOUT: 504,
  });
});

test("a GatewayError has the status of its code, and is empty where nothing was said", () => {
  const error = new GatewayError("CONFLICT", { message: "Taken." });
  expect(error).toBeInstanceOf(Error);
  expect({ ...error, message: error.message, cause: error.cause }).toEqual({
    name: "GatewayError",
    code: "CONFLICT",
    status: 409,
    message: "Taken.",
    details: {},
    headers: {},
    cause: undefined,
  });
  expect("cause" in error).toBe(false);
});

describe("rendered", () => {
  test.each(codes)("%s is the envelope, with its length, request id and security headers", async (code) => {
    const details = { limit: 3, text: "grüße" } as never;
    const response = renderError(new GatewayError(code, { message: "Sorry.", details }), "id-1", null);
    const text = await response.clone().text();
    expect(response.status).toBe(errorStatus[code]);
    expect(await response.json()).toEqual({ error: { code, message: "Sorry.", details }, request_id: "id-1" });
    expect(response.headers.toJSON()).toEqual({
      ...securityHeaders,
      "cache-control": "no-store",
      "content-type": "application/json",
      "content-length": String(Buffer.byteLength(text)),
      "x-request-id": "id-1",
    });
  });

  test.each(codes)("%s is an RFC 9457 document for who accepts one", async (code) => {
    const error = new GatewayError(code, { message: "Sorry.", details: { a: 1 } as never });
    const response = renderError(error, "id-1", "application/problem+json");
    expect(response.headers.get("content-type")).toBe("application/problem+json");
    const body = (await response.json()) as { title: string };
    expect(body).toEqual({
      type: "about:blank",
      title: expect.any(String),
      status: errorStatus[code],
      detail: "Sorry.",
      code,
      details: { a: 1 },
      request_id: "id-1",
    } as never);
    expect(body.title).not.toBe(code);
  });

  test.each([
    ["application/problem+json", true],
    ["Application/Problem+JSON", true],
    ["text/html, application/problem+json;q=0.5", true],
    ["application/problem+json; q=0.01, */*", true],
    ["application/problem+json;q=0", false],
    ["application/problem+json ; q=0.000, application/json", false],
    ["application/json", false],
    ["*/*", false],
    ["", false],
    [null, false],
  ])("to Accept %p as a problem document: %p", (accept, problem) => {
    const type = renderError(new GatewayError("NOT_FOUND", { message: "" }), "id", accept).headers.get("content-type");
    expect(type).toBe(problem ? "application/problem+json" : "application/json");
  });

  test("its headers are in the answer, its cause is not", async () => {
    const cause = new Error("password=hunter2");
    const details = { limit: 1, burst: 1, retry_after_ms: 3000 };
    const headers = { "retry-after": "3" };
    const error = new GatewayError("RATE_LIMIT", { message: "Slow down.", details, headers, cause });
    const response = renderError(error, "id", null);
    expect(response.headers.get("retry-after")).toBe("3");
    expect(await response.text()).not.toContain("hunter2");
  });
});

describe("whatever else is thrown", () => {
  test.each([
    ["an error", new TypeError("secret")],
    ["a text", "secret"],
    ["an object", { message: "secret" }],
    ["nothing", undefined],
  ])("%s becomes INTERNAL_ERROR and is kept as the cause alone", (_name, thrown) => {
    const error = toGatewayError(thrown);
    expect([error.code, error.message, error.details]).toEqual([
      "INTERNAL_ERROR",
      "Something went wrong inside the gateway.",
      {},
    ]);
    expect(error.cause).toBe(thrown as never);
  });

  test("a GatewayError stays the one it is", () => {
    const error = new GatewayError("NOT_FOUND", { message: "" });
    expect(toGatewayError(error)).toBe(error);
  });
});
