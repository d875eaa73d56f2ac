import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { GatewayError } from "@isaas/gateway-sdk/errors";
import type { Exchange, Middleware, Plugin, PluginInstance } from "@isaas/gateway-sdk/plugin";
import { Elysia } from "elysia";
import { type InProcessGateway, routeSetting, startInProcess } from "../support/in-process.ts";
import { waitFor } from "../support/wait-for.ts";
import { plugin } from "./plugins.ts";

const stack: { stop(): unknown }[] = [];

afterEach(async () => {
  for (const one of stack.splice(0).toReversed()) await one.stop();
});

/** A gateway with one plugin of the test and one service, at /api/v1/echo. */
async function start(
  instance: PluginInstance,
  service: (request: Request) => Response | Promise<Response>,
  parts: Partial<Plugin> = {},
): Promise<InProcessGateway> {
  const server = Bun.serve({ port: 0, hostname: "127.0.0.1", fetch: service });
  stack.push({ stop: () => server.stop(true) });
  const gateway = await startInProcess({
    plugins: [plugin("probe", parts, instance)],
    routes: [
      routeSetting({ service: "echo_service", path_prefix: "/api/v1/echo" }),
      routeSetting({ service: "slow_service", path_prefix: "/api/v1/slow", timeout: 0.2 }),
    ],
    environment: { ECHO_SERVICE_URL: server.url.origin, SLOW_SERVICE_URL: server.url.origin },
  });
  stack.push(gateway);
  return gateway;
}

const everywhere = (middleware: Middleware): PluginInstance => ({ route: () => middleware });

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

describe("the gateway's own endpoints", () => {
  test("pass the plugins that take part in them, and have no route", async () => {
    let route: unknown;
    const own: Middleware = (next) => (exchange: Exchange) => {
      try {
        ({ route } = exchange);
      } catch (error) {
        route = error;
      }
      exchange.setHeader("x-passed", exchange.path);
      return next(exchange);
    };
    const gateway = await start({ own }, () => new Response("ok"));
    const response = await fetch(`${gateway.url}/health/live`);
    expect(response.headers.get("x-passed")).toBe("/health/live");
    expect(route).toBeInstanceOf(TypeError);
    // It did not take part in the route.
    expect((await fetch(`${gateway.url}/api/v1/echo`)).headers.has("x-passed")).toBe(false);
  });

  test("can be a plugin's, of any kind that Elysia knows", async () => {
    const endpoints = new Elysia().get("/probe/:id", ({ params }) => ({ id: params.id }));
    const gateway = await start({ endpoints }, () => new Response("never"));
    expect(await (await fetch(`${gateway.url}/probe/a%20b`)).json()).toEqual({ id: "a b" });
  });

  test("keep routes away from their prefix", () => {
    const endpoints = new Elysia().get("/api/v1/echo/:id", () => "mine");
    return expect(start({ endpoints }, () => new Response("never"))).rejects.toThrow(
      "routes[0].path_prefix: wanted a prefix outside the gateway's own, got /api/v1/echo, below /api/v1/echo (routes)",
    );
  });
});

test("a plugin is ready once the port is open, and closed after the last request", async () => {
  const told: string[] = [];
  const instance: PluginInstance = {
    ready: () => void told.push("ready"),
    close: () => void told.push("closed"),
    ...everywhere((next) => async (exchange) => {
      const response = await next(exchange);
      told.push("answered");
      return response;
    }),
  };
  const gateway = await start(instance, () => new Response("ok"));
  expect(told).toEqual(["ready"]);
  await fetch(`${gateway.url}/api/v1/echo`);
  await gateway.stop();
  stack.pop();
  expect(told).toEqual(["ready", "answered", "closed"]);
});

test("a plugin that refuses a route stops the start, and those set up are closed", async () => {
  const told: string[] = [];
  const instance: PluginInstance = {
    route() {
      throw new TypeError("plugin probe: route: wanted something else");
    },
    close: () => void told.push("closed"),
  };
  await expect(start(instance, () => new Response("never"))).rejects.toThrow("wanted something else");
  expect(told).toEqual(["closed"]);
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
