import { routeSchema } from "@isaas/gateway-sdk/contract";
import { type Static, Type } from "typebox";
import { TrustedProxies } from "../proxy/trusted-proxies.ts";
import { isServerAddress } from "../services/dns/server-address.ts";
import { isRedisUrl } from "../store/redis/redis-url.ts";

const network = Type.Refine(
  Type.String({ wanted: "an address or a CIDR block such as 10.0.0.0/8" }),
  isNetwork,
  () => "no network",
);

const dnsServer = Type.Refine(
  Type.String({ wanted: "an address such as 10.0.0.2, 10.0.0.2:8600 or [fd00::2]:8600" }),
  isServerAddress,
  () => "no address",
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
    dns_servers: Type.Array(dnsServer, {
      section: "Services and routes",
      default: [],
      description:
        "DNS servers that are asked for the names in `dns://` URLs and those of services that register, port 53 unless one is given. A server that is silent is followed by the next one after a second. Empty: the system's way, with `/etc/hosts` and search domains. Whoever answers there decides where requests go, so list only servers you trust.",
    }),
    slow_start_seconds: Type.Number({
      section: "Instances",
      default: 30,
      minimum: 0,
      maximum: 3600,
      description:
        "How long an instance that is new or back needs to get its full share of requests: it begins with a tenth, and the share grows evenly. Where all instances are equally new, nothing changes. 0 gives the full share at once.",
    }),
    ejection_failures: Type.Integer({
      section: "Instances",
      default: 5,
      minimum: 0,
      maximum: 1000,
      description:
        "Failures in a row after which an instance gets no requests for a while: it cannot be reached, breaks off, is silent for too long, or answers 502, 503 or 504. At most half of a service's instances are out at once, never the last. 0 ejects none.",
    }),
    ejection_seconds: Type.Number({
      section: "Instances",
      default: 30,
      minimum: 0.1,
      maximum: 3600,
      description:
        "How long the first ejection lasts; the n-th lasts n times as long. Each such time without another one makes n smaller by one.",
    }),
    ejection_max_seconds: Type.Number({
      section: "Instances",
      default: 300,
      minimum: 0.1,
      maximum: 86400,
      description: "Longest ejection; where it is shorter than `ejection_seconds`, no ejection is longer than this.",
    }),
    max_requests_per_instance: Type.Integer({
      section: "Crowding",
      default: 10_000,
      minimum: 0,
      maximum: 1_000_000,
      description:
        "Requests of this gateway that an instance has at once, at most, with those whose answers are still on their way. One that has so many is left out while others have fewer. It keeps a service that hangs from taking all of the gateway. 0 sets no bound.",
    }),
    max_requests_per_service: Type.Integer({
      section: "Crowding",
      default: 0,
      minimum: 0,
      maximum: 1_000_000,
      description: "The same for all instances of a service together. 0 sets no bound.",
    }),
    queue_length: Type.Integer({
      section: "Crowding",
      default: 100,
      minimum: 0,
      maximum: 100_000,
      description:
        "Requests to a service that may wait for a place, first come first served. Any more get 503 SERVICE_UNAVAILABLE at once. 0 lets nobody wait.",
    }),
    queue_ms: Type.Integer({
      section: "Crowding",
      default: 50,
      minimum: 1,
      maximum: 60_000,
      description:
        "Milliseconds that a request waits for a place at most; then it gets the same 503. Long waits turn a short crowd into a long one.",
    }),
    plugins_dir: Type.Optional(
      Type.String({
        section: "Plugins",
        minLength: 1,
        wanted: "a directory",
        description:
          "Directory with plugins of your own, one TypeScript or JavaScript file or folder each; see [plugins.md](plugins.md). They run with all rights of the gateway: whoever can write there is the gateway. Unset: none.",
      }),
    ),
    redis_url: Type.Optional(
      Type.Refine(
        Type.String({
          section: "Store",
          secret: true,
          wanted: "a URL such as redis://host:6379, redis+sentinel://host:26379/master or redis+cluster://host:6379",
          description:
            "The Redis that gateways share: `redis://[user:password@]host[:port][/database]`, with `rediss` for TLS; `redis+sentinel://host[:port],.../master` and `redis+cluster://host[:port],...` likewise. Goes before `redis_host`. Unset, as that is: the embedded store, of this gateway alone.",
        }),
        isRedisUrl,
        () => "no Redis URL",
      ),
    ),
    redis_host: Type.Optional(
      Type.String({
        section: "Store",
        pattern: "^[A-Za-z0-9._:-]+$",
        wanted: "an address or a host name",
        description: "Where that Redis is, when it needs neither password nor TLS.",
      }),
    ),
    redis_port: Type.Integer({
      section: "Store",
      default: 6379,
      minimum: 1,
      maximum: 65535,
      description: "Its port, beside `redis_host`.",
    }),
    redis_prefix: Type.String({
      section: "Store",
      default: "gw:",
      pattern: "^[A-Za-z0-9:._-]{1,64}$",
      wanted: "1 to 64 letters, digits, colons, dots, underscores or hyphens",
      description: "Begins every key in Redis. Gateways with the same prefix on the same Redis share everything.",
    }),
    data_dir: Type.Optional(
      Type.String({
        section: "Store",
        minLength: 1,
        wanted: "a directory",
        description:
          "Directory in which the embedded store keeps its file `gateway.db`; made when missing. Not used beside Redis. Unset: nothing outlives the process.",
      }),
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
        "Development mode: debug logs, causes of errors in the log, CORS open to all, `gateway explain --url` answered without a token, a start without SECRET_KEY. Never changes what an answer says about an error.",
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
