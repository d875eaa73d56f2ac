import { definePlugin } from "@isaas/gateway-sdk/plugin";
import { Type } from "typebox";
import { sign } from "./sign.ts";

/**
 * Signs each request for its service (HTTP Message Signatures, RFC 9421, with hmac-sha256): a service that checks it
 * knows that the request came through the gateway, and with this method, path, query and headers.
 *
 * Bodies stream and are not read: a caller that sends Content-Digest (RFC 9530) has its body covered by it. The path is
 * the one that a service sees whose URL has none itself.
 */
export default definePlugin({
  name: "signing",
  stage: "transform",
  options: Type.Object({
    signing_key: Type.String({
      minLength: 32,
      secret: true,
      wanted: "a text of at least 32 characters",
      description: "The secret that the gateway shares with its services.",
    }),
    signing_key_id: Type.String({
      default: "gateway",
      pattern: "^[A-Za-z0-9_.-]{1,64}$",
      description: "Names the key, so that services can know the next one before it is used.",
    }),
  }),
  routeOptions: Type.Object({
    off: Type.Boolean({ default: false, description: "Sign nothing here." }),
    headers: Type.Array(Type.String({ pattern: "^[a-z0-9-]+$", wanted: "the name of a header in lower case" }), {
      default: ["content-type", "content-digest"],
      maxItems: 20,
      description: "Headers that the signature covers, where a request has them.",
    }),
  }),
  setup(host, { signing_key: key, signing_key_id: keyId }) {
    return {
      route(route, { off, headers: covered }) {
        if (off) return undefined;
        const start = route.stripPrefix ? route.pathPrefix.length : 0;
        return (next) =>
          function signing(exchange) {
            const { headers } = exchange.request;
            const components = [
              ["@method", exchange.method],
              ["@path", exchange.path.slice(start) || "/"],
              ["@query", exchange.query || "?"],
              ...covered.flatMap((name) => {
                const value = headers.get(name);
                return value === null ? [] : [[name, value.trim()] as const];
              }),
            ] as const;
            const { input, signature } = sign(components, key, { created: Math.floor(host.clock.now() / 1000), keyId });
            exchange.setUpstreamHeader("signature-input", `gateway=${input}`);
            exchange.setUpstreamHeader("signature", `gateway=:${signature}:`);
            return next(exchange);
          };
      },
    };
  },
});
