import { routeSchema } from "@isaas/gateway-sdk/contract";
import { type Static, Type } from "typebox";
import { TrustedProxies } from "../proxy/trusted-proxies.ts";

const network = Type.Refine(
  Type.String({ wanted: "an address or a CIDR block such as 10.0.0.0/8" }),
  isNetwork,
  () => "no network",
);

/** The single source of every setting: types, defaults, checks and docs/configuration.md come from here. */
export const settingsSchema = Type.Object(
  {
    host: Type.String({
      section: "Listener",
      default: "0.0.0.0",
      pattern: "^[A-Za-z0-9._:-]+$",
      wanted: "an address or a host name",
      description: "Address to listen on. `::` listens on IPv4 and IPv6, `127.0.0.1` on this machine alone.",
    }),
    port: Type.Integer({
      section: "Listener",
      default: 8000,
      minimum: 0,
      maximum: 65535,
      description: "Port to listen on. 0 takes a free one and logs it.",
    }),
    trusted_proxies: Type.Array(network, {
      section: "Listener",
      default: [],
      description:
        "Peers whose X-Forwarded-* and Forwarded headers are believed. Empty: nobody's. Every listed peer can claim any caller address, so list only proxies that overwrite these headers.",
    }),
    drain_seconds: Type.Number({
      section: "Listener",
      default: 30,
      minimum: 0,
      maximum: 3600,
      description:
        "Longest wait for in-flight requests after SIGTERM. 0 ends at once. Whatever still runs then is cut off.",
    }),
    api_v1_prefix: Type.String({
      section: "Services and routes",
      default: "/api/v1",
      maxLength: 100,
      pattern: "^(/(?!\\.{1,2}(/|$))[A-Za-z0-9._~-]+)+$",
      wanted: "a path such as /api/v1, without a slash at its end",
      description: "Prefix of everything versioned.",
    }),
    routes: Type.Array(
      Type.Object(
        {
          service: Type.String({
            pattern: "^[a-z][a-z0-9_]{0,63}$",
            wanted: "a service name such as billing_service",
            description: "The service that answers. Its instances come from `<NAME>_SERVICE_URL`.",
          }),
          ...routeSchema.properties,
        },
        { additionalProperties: false },
      ),
      {
        section: "Services and routes",
        default: [],
        description:
          "Routes beyond a service's default one. A service named here has exactly the routes listed for it. Only in the settings file.",
      },
    ),
    max_body_bytes: Type.Integer({
      section: "Request limits",
      default: 10 * 1024 * 1024,
      minimum: 0,
      maximum: 2 ** 50,
      description:
        "Largest request body; a larger one gets 413 PAYLOAD_TOO_LARGE, before it is read when it announces its length, at the first byte too many when it is chunked. 0 allows no body.",
    }),
    debug: Type.Boolean({
      section: "Logs and debugging",
      default: false,
      description:
        "Development mode: debug logs, causes of errors in the log, CORS open to all, `gateway explain --url` answered without a token. Never changes what an answer says about an error.",
    }),
    log_level: Type.Optional(
      Type.Enum(["trace", "debug", "info", "warn", "error"], {
        section: "Logs and debugging",
        description:
          "Least severe level that is logged; the line for each request is `info`. Default: info, with DEBUG debug.",
      }),
    ),
    log_format: Type.Optional(
      Type.Enum(["json", "pretty"], {
        section: "Logs and debugging",
        description: "One JSON object a line, or colours for people. Default: json; pretty on a terminal.",
      }),
    ),
  },
  { additionalProperties: false },
);

/** Settings as the file spells them: snake_case, validated, defaults filled in, beside the services' URLs. */
export type RawSettings = Static<typeof settingsSchema>;

function isNetwork(text: string): boolean {
  try {
    return new TrustedProxies([text]).size === 1;
  } catch {
    return false;
  }
}
