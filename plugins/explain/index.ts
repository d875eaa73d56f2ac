import { demandScope } from "@isaas/gateway-sdk/demand-scope";
import { definePlugin } from "@isaas/gateway-sdk/plugin";
import { Elysia, t } from "elysia";
import { Type } from "typebox";

/** Tells an operator which route, chain and instances a request would meet: `gateway explain --url`. */
export const explain = definePlugin({
  name: "explain",
  stage: "edge",
  options: Type.Object({}),
  setup(host) {
    const endpoints = new Elysia({ name: "explain", detail: { tags: ["Operations"] } }).get(
      "/explain",
      ({ query, request }) => {
        // Addresses of instances are nobody's business but an admin's, and that of whoever develops.
        if (!host.debug) demandScope(host.exchangeOf(request), "admin");
        return host.explain(query.method, query.path);
      },
      {
        detail: {
          summary: "Explain a request",
          description: "The route, its chain in order, the service and its instances.",
        },
        query: t.Object({
          method: t.String({ default: "GET", maxLength: 16, description: "An HTTP method, or WEBSOCKET" }),
          path: t.String({ pattern: "^/", maxLength: 8192, description: "The path of the request" }),
        }),
      },
    );
    return { endpoints };
  },
});
