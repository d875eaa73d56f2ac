import { definePlugin, type Exchange, type Middleware } from "@isaas/gateway-sdk/plugin";
import { corsOptions } from "./options.ts";

/** Headers of answers that a page may read beside the safelisted ones. */
const exposed =
  "X-Request-ID, Retry-After, X-RateLimit-Limit, X-RateLimit-Remaining, X-RateLimit-Reset, RateLimit, RateLimit-Policy";
const preflightSeconds = "600";

/** Which pages may call (the CORS protocol of the Fetch standard). Answers every preflight itself. */
export const cors = definePlugin({
  name: "cors",
  stage: "edge",
  options: corsOptions,
  setup(host, options) {
    const asked = options.cors_origins.length === 0 && host.debug ? ["*"] : options.cors_origins;
    const everyone = asked.includes("*");
    const origins = new Set(asked.map((origin) => origin.toLowerCase()));
    // Caches must not hand one origin's answer to another, nor an answer for no page to a page.
    const varies = !everyone && origins.size > 0;
    const methods = options.cors_methods.join(", ");
    const requestHeaders = options.cors_headers.join(", ");

    const middleware: Middleware = (next) =>
      function cors(exchange) {
        const { method, headers } = exchange.request;
        const origin = headers.get("origin");
        if (origin === null && !varies) return next(exchange);
        const allowed = origin !== null && (everyone || origins.has(origin));
        if (allowed) exchange.setHeader("access-control-allow-origin", everyone ? "*" : origin);
        if (origin !== null && method === "OPTIONS" && headers.has("access-control-request-method")) {
          if (allowed) {
            exchange.setHeader("access-control-allow-methods", methods);
            exchange.setHeader("access-control-allow-headers", requestHeaders);
            exchange.setHeader("access-control-max-age", preflightSeconds);
          }
          return new Response(null, { status: 204, headers: varies ? { vary: "Origin" } : {} });
        }
        // Set before the answer is known: an error is to be readable too.
        if (allowed) exchange.setHeader("access-control-expose-headers", exposed);
        return settle(exchange, next(exchange));
      };

    /** The gateway alone says who may read: what a service says of that would open what the settings keep shut. */
    async function settle(exchange: Exchange, answer: Response | Promise<Response>): Promise<Response> {
      const { headers } = await answer;
      headers.delete("access-control-allow-origin");
      headers.delete("access-control-allow-credentials");
      const theirs = headers.get("access-control-expose-headers");
      if (theirs !== null) exchange.setHeader("access-control-expose-headers", `${theirs}, ${exposed}`);
      if (varies) headers.append("vary", "Origin");
      return answer;
    }
    return { route: () => middleware, own: middleware };
  },
});
