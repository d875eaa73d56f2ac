import { expect, test } from "bun:test";
import type { PluginInstance } from "@isaas/gateway-sdk/plugin";
import { everywhere, probeStarter } from "./probe.ts";

const start = probeStarter();

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
