import { afterEach } from "bun:test";
import type { Middleware, Plugin, PluginInstance } from "@isaas/gateway-sdk/plugin";
import { type InProcessGateway, routeSetting, startInProcess } from "../support/in-process.ts";
import { plugin } from "./plugins.ts";

/** A gateway with one plugin of the test and one service, at /api/v1/echo, and at /api/v1/slow with little patience. */
type Start = (
  instance: PluginInstance,
  service: (request: Request) => Response | Promise<Response>,
  parts?: Partial<Plugin>,
) => Promise<InProcessGateway>;

/** Starts gateways that end with their test. */
export function probeStarter(): Start {
  const stack: { stop(): unknown }[] = [];
  afterEach(async () => {
    for (const one of stack.splice(0).toReversed()) await one.stop();
  });
  return async function start(instance, service, parts = {}) {
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
  };
}

export const everywhere = (middleware: Middleware): PluginInstance => ({ route: () => middleware });
