import { type Static, Type } from "typebox";

/** Methods a route may list. WEBSOCKET stands for a GET with `Upgrade: websocket`. GET implies HEAD. */
export const routeMethods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "WEBSOCKET"] as const;
export type RouteMethod = (typeof routeMethods)[number];

export const defaultMethods: readonly RouteMethod[] = routeMethods.filter((method) => method !== "WEBSOCKET");

/** How a route spreads its requests over the instances of its service. */
export const balancePolicies = ["least_loaded", "round_robin", "weighted", "consistent_hash"] as const;
export type BalancePolicy = (typeof balancePolicies)[number];

export const balanceSchema = Type.Object(
  {
    policy: Type.Enum(balancePolicies, {
      default: "least_loaded",
      description:
        "`least_loaded`: the less loaded of two chosen at random, by weight. `round_robin`: each in turn. `weighted`: in turn, each as often as its weight says. `consistent_hash`: callers with the same key meet the same instance as long as it is there and not overloaded.",
    }),
    hash_on: Type.String({
      default: "client_address",
      pattern: "^(client_address|header:[A-Za-z0-9-]{1,64}|cookie:[A-Za-z0-9_.-]{1,64})$",
      wanted: "client_address, header:NAME or cookie:NAME",
      description:
        "The key of `consistent_hash`. A request without the header or cookie goes where `least_loaded` would send it.",
    }),
  },
  { additionalProperties: false },
);

export type BalanceOptions = Static<typeof balanceSchema>;

/**
 * What a service says about one of its routes, on the wire and in the settings file.
 * Paths are prefixes that match at a segment boundary: `/api/v1/a` serves `/api/v1/a` and `/api/v1/a/b`, not `/api/v1/ab`.
 */
export const routeSchema = Type.Object(
  {
    path_prefix: Type.String({
      pattern: "^(/(?!\\.{1,2}(/|$))[A-Za-z0-9._~-]+)+$",
      maxLength: 256,
      wanted: "a path such as /api/v1/billing, without a slash at its end",
      description: "The path below which this route answers, at a segment boundary. The longest prefix wins.",
    }),
    methods: Type.Optional(
      Type.Array(Type.Enum(routeMethods), {
        minItems: 1,
        uniqueItems: true,
        description: "Methods served; others get 405 with `Allow`. GET implies HEAD. Default: all but WEBSOCKET.",
      }),
    ),
    strip_prefix: Type.Boolean({
      default: true,
      description: "Take the prefix off the path before the request goes to the service.",
    }),
    timeout: Type.Number({
      exclusiveMinimum: 0,
      maximum: 3600,
      default: 30,
      description:
        "Seconds the service may stay silent before it has answered; then the caller gets 504. A body that is being sent keeps the clock from running.",
    }),
    retries: Type.Integer({
      minimum: 0,
      maximum: 10,
      default: 2,
      description:
        "How often a request is sent again, to another instance if there is one, when an instance breaks off or answers 502, 503 or 504: GET, HEAD, OPTIONS, PUT and DELETE, and any request with an `Idempotency-Key`. Not once the answer has begun, nor past the timeout; all tries of a service together are at most a fifth more than its requests. 0: never.",
    }),
    retry_unsafe: Type.Boolean({
      default: false,
      description:
        "Send POST and PATCH again, too. Only for services where executing a request twice does no harm: the first try may have been executed.",
    }),
    auth_required: Type.Boolean({ default: true, description: "Let only callers with a valid token pass." }),
    scopes: Type.Optional(
      Type.Array(
        Type.String({
          pattern: "^[!#-\\[\\]-~]{1,64}$",
          wanted: "a scope such as read: 1 to 64 visible ASCII characters without quotes and backslashes",
        }),
        {
          minItems: 1,
          maxItems: 20,
          uniqueItems: true,
          description:
            "Scopes that a caller needs, all of them, in place of `read` for GET and HEAD and `write` for other methods. Only where `auth_required` is on.",
        },
      ),
    ),
    rate_limit: Type.Boolean({ default: true, description: "Count this route against the caller's rate." }),
    circuit_breaker: Type.Boolean({ default: true, description: "Fail fast while the service's circuit is open." }),
    balance: Type.Optional(
      Type.Object(balanceSchema.properties, {
        additionalProperties: false,
        wanted: "policy and hash_on",
        description:
          "How requests are spread over the instances: `policy` is `least_loaded` (default), `round_robin`, `weighted` or `consistent_hash`; `hash_on`, for the last one, is `client_address` (default), `header:NAME` or `cookie:NAME`.",
      }),
    ),
  },
  { additionalProperties: false },
);

export type RouteOptions = Static<typeof routeSchema>;

/** Policies a route can ask for by name; a plugin that enforces one says so in `enforces`. */
export const policies = ["auth_required", "rate_limit", "circuit_breaker"] as const;
export type Policy = (typeof policies)[number];

interface CoreService {
  /** Path below the API prefix. */
  readonly segment: string;
  readonly methods: readonly RouteMethod[];
  readonly policies: readonly Policy[];
}

/** The seed's core services. A registration cannot loosen these policies; the operator, in the settings file, can. */
export const coreServices: Readonly<Record<string, CoreService>> = {
  context_service: { segment: "context", methods: ["GET", "POST"], policies: [...policies] },
  intent_service: { segment: "intent", methods: ["GET", "POST"], policies: [...policies] },
  prediction_service: { segment: "predict", methods: ["GET", "POST"], policies: [...policies] },
  realtime_service: {
    segment: "realtime",
    methods: ["GET", "POST", "WEBSOCKET"],
    policies: ["auth_required", "rate_limit"],
  },
};

/** Names below the API prefix that belong to the gateway itself. */
export const reservedSegments: readonly string[] = [
  "auth",
  "users",
  "services",
  "circuits",
  "rate-limits",
  "privacy",
  "cache",
];

export { type Contract, type ContractDefinition, defineContract } from "./contract/define-contract.ts";
export { eventStream, type StreamedEvent } from "./contract/event-stream.ts";
export type { RouteDefinition, RouteKey } from "./contract/route-definition.ts";
export type { GivenHeaders, GivenParts, Invalid, Valid } from "./contract/validate.ts";
