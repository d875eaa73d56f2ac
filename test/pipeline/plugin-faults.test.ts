import { describe, expect, test } from "bun:test";
import { GatewayError } from "@isaas/gateway-sdk/errors";
import type { Middleware } from "@isaas/gateway-sdk/plugin";
import { waitFor } from "../support/wait-for.ts";
import { everywhere, probeStarter } from "./probe.ts";

const start = probeStarter();

describe("what a plugin throws", () => {
  const throwing = (thrown: unknown) =>
    everywhere(() => () => {
      throw thrown;
    });

  test("is the answer when it is a GatewayError, with its details and headers", async () => {
    const error = new GatewayError("RATE_LIMIT", {
      message: "Too many requests.",
      details: { limit: 10, burst: 20, retry_after_ms: 7000 },
      headers: { "retry-after": "7" },
      cause: new Error("a secret of the store"),
    });
    const gateway = await start(throwing(error), () => new Response("never"));
    const response = await fetch(`${gateway.url}/api/v1/echo`);
    expect([response.status, response.headers.get("retry-after")]).toEqual([429, "7"]);
    expect(await response.json()).toEqual({
      error: {
        code: "RATE_LIMIT",
        message: "Too many requests.",
        details: { limit: 10, burst: 20, retry_after_ms: 7000 },
      },
      request_id: response.headers.get("x-request-id"),
    });
  });

  test.each([
    ["an Error", new TypeError("secret-9")],
    ["a string", "secret-9"],
    ["nothing", undefined],
  ])("is INTERNAL_ERROR when it is %s: the caller learns the request id, the log the rest", async (_name, thrown) => {
    const gateway = await start(throwing(thrown), () => new Response("never"));
    const response = await fetch(`${gateway.url}/api/v1/echo`);
    const text = await response.text();
    expect(response.status).toBe(500);
    expect(JSON.parse(text).error).toEqual({
      code: "INTERNAL_ERROR",
      message: "Something went wrong inside the gateway.",
      details: {},
    });
    expect(text).not.toContain("secret");
    expect(gateway.lines).toContainEqual(
      expect.objectContaining({
        level: "error",
        request_id: response.headers.get("x-request-id"),
        err: expect.objectContaining({ name: thrown instanceof Error ? thrown.name : typeof thrown }),
      }),
    );
  });

  test("asynchronously, too, ends that request alone", async () => {
    let calls = 0;
    const everySecond = everywhere((next) => async (exchange) => {
      calls += 1;
      await Bun.sleep(1);
      if (calls % 2 === 0) throw new Error("every second one");
      return next(exchange);
    });
    const gateway = await start(everySecond, () => new Response("ok"));
    const statuses: number[] = [];
    for (let call = 0; call < 4; call += 1) statuses.push((await fetch(`${gateway.url}/api/v1/echo`)).status);
    expect(statuses).toEqual([200, 500, 200, 500]);
  });
});

describe("what a plugin throws after the service has answered", () => {
  const endless = (left: { by: boolean }) =>
    new ReadableStream({
      start: (controller) => controller.enqueue("first piece"),
      cancel() {
        left.by = true;
      },
    });

  test("takes the place of the answer, and the service is let go", async () => {
    const left = { by: false };
    const late = everywhere((next) => async (exchange) => {
      await next(exchange);
      throw new GatewayError("CONFLICT", { message: "On second thoughts." });
    });
    const gateway = await start(late, () => new Response(endless(left)));
    const response = await fetch(`${gateway.url}/api/v1/echo`);
    const text = await response.text();
    expect([response.status, JSON.parse(text).error.code]).toEqual([409, "CONFLICT"]);
    expect(response.headers.get("content-length")).toBe(String(text.length));
    await waitFor("the service to be left", () => left.by);
    const id = response.headers.get("x-request-id");
    const line = () => gateway.lines.find(({ msg, request_id }) => msg === "request" && request_id === id);
    await waitFor("the access log", () => line() !== undefined);
    expect(line()).toMatchObject({ status: 409, error: "CONFLICT", outcome: "answered", bytes_out: text.length });
  });

  test("and an answer of its own does, too", async () => {
    const left = { by: false };
    const own = everywhere((next) => async (exchange) => {
      await next(exchange);
      return new Response("mine");
    });
    const gateway = await start(own, () => new Response(endless(left)));
    expect(await (await fetch(`${gateway.url}/api/v1/echo`)).text()).toBe("mine");
    await waitFor("the service to be left", () => left.by);
  });
});

test.each<[string, Middleware]>([
  [
    "a header value with a line break",
    (next) => (exchange) => {
      exchange.setHeader("x-bad", "a\r\nb");
      return next(exchange);
    },
  ],
  [
    "no Response at all",
    (next) => async (exchange) => {
      await next(exchange);
      return undefined as unknown as Response;
    },
  ],
])(
  "%s from a plugin is a 500 for that request alone, logged once, and nothing stays in flight",
  async (_what, middleware) => {
    const gateway = await start(
      everywhere(middleware),
      () => new Response("ok", { headers: { "content-type": "a/b" } }),
    );
    const response = await fetch(`${gateway.url}/api/v1/echo`);
    expect(response.status).toBe(500);
    expect(JSON.parse(await response.text()).error.code).toBe("INTERNAL_ERROR");
    const id = response.headers.get("x-request-id");
    expect(gateway.lines.filter((line) => line.msg === "request" && line["request_id"] === id)).toHaveLength(1);
    expect(gateway.gateway.explain("GET", "/api/v1/echo").instances?.map((instance) => instance.in_flight)).toEqual([
      0,
    ]);
  },
);
