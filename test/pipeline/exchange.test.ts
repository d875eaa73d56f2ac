import { beforeEach, describe, expect, test } from "bun:test";
import type { Middleware } from "@isaas/gateway-sdk/plugin";
import { waitFor } from "../support/wait-for.ts";
import { everywhere, probeStarter } from "./probe.ts";

const start = probeStarter();

test("an exchange tells a plugin what the request is", async () => {
  const seen: unknown[] = [];
  const look: Middleware = (next) => (exchange) => {
    const { method, path, query, requestId, clientAddress, principal, route } = exchange;
    const { pathPrefix, service, timeoutMs } = route;
    seen.push({ method, path, query, requestId, clientAddress, principal, pathPrefix, service, timeoutMs });
    return next(exchange);
  };
  const gateway = await start(everywhere(look), () => new Response("ok"));
  await fetch(`${gateway.url}/api/v1/ech%6f/%7e?a=%7e`, { method: "POST", headers: { "x-request-id": "r-1" } });
  expect(seen).toEqual([
    {
      method: "POST",
      path: "/api/v1/echo/~",
      query: "?a=%7e",
      requestId: "r-1",
      clientAddress: "127.0.0.1",
      principal: undefined,
      pathPrefix: "/api/v1/echo",
      service: "echo_service",
      timeoutMs: 30_000,
    },
  ]);
});

describe("a header that a plugin sets for the answer", () => {
  const setting = everywhere((next) => (exchange) => {
    exchange.setHeader("x-set", "first");
    exchange.setHeader("X-Set", "plugin");
    exchange.setHeader("x-request-id", "spoofed");
    return next(exchange);
  });

  test("wins over the service's, the last one set over those before it", async () => {
    const gateway = await start(
      setting,
      () => new Response("ok", { headers: { "x-set": "service", "x-own": "kept" } }),
    );
    const response = await fetch(`${gateway.url}/api/v1/echo`);
    expect(response.headers.get("x-set")).toBe("plugin");
    expect(response.headers.get("x-own")).toBe("kept");
  });

  test("wins over it on a streamed answer too", async () => {
    const body = () => new ReadableStream({ start: (controller) => (controller.enqueue("piece"), controller.close()) });
    const gateway = await start(setting, () => new Response(body(), { headers: { "x-set": "service" } }));
    const response = await fetch(`${gateway.url}/api/v1/echo`);
    expect([await response.text(), response.headers.get("x-set")]).toEqual(["piece", "plugin"]);
  });

  test("is there when the service is not", async () => {
    const gateway = await start(setting, () => Bun.sleep(20_000).then(() => new Response("late")));
    const response = await fetch(`${gateway.url}/api/v1/slow`);
    expect([response.status, response.headers.get("x-set")]).toEqual([504, "plugin"]);
  });

  test("never changes the request id", async () => {
    const gateway = await start(setting, () => new Response("ok"));
    const response = await fetch(`${gateway.url}/api/v1/echo`, { headers: { "x-request-id": "mine" } });
    expect(response.headers.get("x-request-id")).toBe("mine");
  });
});

describe("the signal of an exchange", () => {
  let signal: AbortSignal | undefined;
  const keep: Middleware = (next) => (exchange) => {
    ({ signal } = exchange);
    return next(exchange);
  };
  const never = () => Bun.sleep(20_000).then(() => new Response("late"));

  beforeEach(() => {
    signal = undefined;
  });

  test("aborts when the caller leaves", async () => {
    const gateway = await start(everywhere(keep), never);
    const call = new AbortController();
    const answer = fetch(`${gateway.url}/api/v1/echo`, { signal: call.signal });
    await waitFor("the request to arrive", () => signal !== undefined);
    expect(signal?.aborted).toBe(false);
    call.abort();
    await expect(answer).rejects.toThrow();
    await waitFor("the signal", () => signal?.aborted === true);
  });

  test("aborts when the service is silent for longer than the route allows, and the answer is 504", async () => {
    const gateway = await start(everywhere(keep), never);
    const response = await fetch(`${gateway.url}/api/v1/slow`);
    expect([response.status, (await response.json()).error.code]).toEqual([504, "UPSTREAM_TIMEOUT"]);
    expect(signal?.aborted).toBe(true);
  });
});
