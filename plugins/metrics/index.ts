import { createHash, timingSafeEqual } from "node:crypto";
import { GatewayError } from "@isaas/gateway-sdk/errors";
import { definePlugin } from "@isaas/gateway-sdk/plugin";
import { Elysia } from "elysia";
import { metricsOptions } from "./options.ts";

/** What the gateway counts, for Prometheus. */
export const metrics = definePlugin({
  name: "metrics",
  stage: "edge",
  options: metricsOptions,
  setup(host, { metrics_token: token }) {
    const { store } = host;
    host.metrics.gauge("store_available", "1 while the store can be used, 0 while a shared one is away.", [], () => [
      [{}, store.degraded ? 0 : 1],
    ]);
    host.metrics.gauge("members", "Gateways on the same store, this one included.", [], () => [
      [{}, store.members.all.length],
    ]);
    const endpoints = new Elysia({ name: "metrics", detail: { tags: ["Operations"] } }).get(
      "/metrics",
      async ({ request }) => {
        if (token !== undefined && !isBearer(request.headers.get("authorization"), token)) throw refusal();
        const { contentType, text } = await host.metrics.render();
        return new Response(text, { headers: { "content-type": contentType } });
      },
      {
        detail: {
          summary: "Metrics for Prometheus",
          description: "With METRICS_TOKEN set, for whoever has it as a bearer token.",
        },
      },
    );
    return { endpoints };
  },
});

function isBearer(authorization: string | null, token: string): boolean {
  const sent = /^Bearer +(\S+)$/i.exec(authorization ?? "")?.[1];
  return sent !== undefined && timingSafeEqual(digest(sent), digest(token));
}

function digest(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}

function refusal(): GatewayError {
  return new GatewayError("AUTH_ERROR", {
    message: "This needs the metrics token.",
    details: { reason: "missing" },
    headers: { "www-authenticate": 'Bearer realm="metrics"' },
  });
}
