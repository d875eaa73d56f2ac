import { definePlugin } from "@isaas/gateway-sdk/plugin";
import { Elysia, t } from "elysia";
import { Type } from "typebox";

/** Whether the gateway is well, alive and ready: for dashboards, supervisors and load balancers. */
export const health = definePlugin({
  name: "health",
  stage: "edge",
  options: Type.Object({}),
  setup(host) {
    const endpoints = new Elysia({ name: "health", detail: { tags: ["Health"] } })
      .get(
        "/health",
        ({ set }) => {
          set.headers["cache-control"] = "no-store";
          return {
            status: host.store.degraded ? ("degraded" as const) : ("healthy" as const),
            version: host.version,
            timestamp: new Date(host.clock.now()).toISOString(),
          };
        },
        {
          detail: { summary: "How the gateway is", description: "`degraded` when a part it can do without is away." },
          response: t.Object({
            status: t.UnionEnum(["healthy", "degraded"]),
            version: t.String(),
            timestamp: t.String({ description: "ISO 8601, UTC" }),
          }),
        },
      )
      .get(
        "/health/live",
        ({ set }) => {
          set.headers["cache-control"] = "no-store";
          return { status: "live" as const };
        },
        {
          detail: { summary: "The process answers", description: "A supervisor restarts it when it does not." },
          response: t.Object({ status: t.Literal("live") }),
        },
      )
      .get(
        "/health/ready",
        ({ set, status }) => {
          set.headers["cache-control"] = "no-store";
          const missing = [...host.missing()];
          return missing.length === 0
            ? status(200, { status: "ready" as const })
            : status(503, { status: "not_ready" as const, missing });
        },
        {
          detail: {
            summary: "Requests may be sent here",
            description: "503 while starting or draining, with what is missing. Load balancers ask this.",
          },
          response: {
            200: t.Object({ status: t.Literal("ready") }),
            503: t.Object({ status: t.Literal("not_ready"), missing: t.Array(t.String()) }),
          },
        },
      );
    return { endpoints };
  },
});
