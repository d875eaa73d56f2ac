import { type Static, Type } from "typebox";

/** Methods a route may list. WEBSOCKET stands for a GET with `Upgrade: websocket`. GET implies HEAD. */
export const routeMethods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "WEBSOCKET"] as const;
export type RouteMethod = (typeof routeMethods)[number];

export const defaultMethods: readonly RouteMethod[] = routeMethods.filter((method) => method !== "WEBSOCKET");

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
    auth_required: Type.Boolean({ default: true, description: "Let only callers with a valid token pass." }),
    rate_limit: Type.Boolean({ default: true, description: "Count this route against the caller's rate." }),
    circuit_breaker: Type.Boolean({ default: true, description: "Fail fast while the service's circuit is open." }),
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
