import { describe, expect, test } from "bun:test";
import type { Exchange, Middleware } from "@isaas/gateway-sdk/plugin";
import { Elysia } from "elysia";
import { probeStarter } from "./probe.ts";

const start = probeStarter();

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
