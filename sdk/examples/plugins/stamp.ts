import { definePlugin } from "@isaas/gateway-sdk/plugin";
import { Type } from "typebox";

/** Tells callers how long the gateway and the service took together (the Server-Timing header of the W3C). */
export default definePlugin({
  name: "stamp",
  stage: "edge",
  options: Type.Object({
    stamp_label: Type.String({ default: "gateway", pattern: "^[a-z]+$", description: "Name of the metric." }),
  }),
  routeOptions: Type.Object({
    hidden: Type.Boolean({ default: false, description: "Leave answers of this route unstamped." }),
  }),
  setup(host, options) {
    return {
      route(_route, { hidden }) {
        if (hidden) return undefined;
        return (next) =>
          async function stamp(exchange) {
            const startMs = host.clock.monotonic();
            const response = await next(exchange);
            const tookMs = (host.clock.monotonic() - startMs).toFixed(1);
            exchange.setHeader("server-timing", `${options.stamp_label};dur=${tookMs}`);
            return response;
          };
      },
    };
  },
});
