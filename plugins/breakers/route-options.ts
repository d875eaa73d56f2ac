import { type Static, Type } from "typebox";

/** Why an answer may be a fallback's. */
export const fallbackReasons = ["open", "unavailable", "error", "timeout"] as const;
export type FallbackReason = (typeof fallbackReasons)[number];

const on = Type.Array(Type.Enum(fallbackReasons), { default: ["open", "unavailable"], minItems: 1, uniqueItems: true });

/** None of those that say how an answer travels (RFC 9110 section 7.6.1), or when: a connection has its own. */
const headerName =
  "^(?!(?:connection|content-length|date|keep-alive|proxy-.*|te|trailer|transfer-encoding|upgrade)$)[a-z0-9-]{1,64}$";

const toService = Type.Object(
  {
    on,
    // A service that registers itself could lead its callers past the limits of another.
    service: Type.String({ pattern: "^[a-z][a-z0-9_]{0,63}$", wanted: "a service name", operatorOnly: true }),
  },
  { additionalProperties: false },
);

const staticAnswer = Type.Object(
  {
    on,
    status: Type.Integer({ minimum: 200, maximum: 599 }),
    body: Type.Optional(Type.Unknown()),
    headers: Type.Optional(
      Type.Record(
        Type.String({ pattern: headerName }),
        Type.String({
          pattern: "^[\\t -~]*$",
          maxLength: 1024,
          wanted: "a header value of at most 1024 ASCII characters",
        }),
        {
          additionalProperties: Type.Never(),
          wanted: "headers by their names in lower case, none of those that say how an answer travels",
          wantedKeys: "a header name in lower case, none of those that say how an answer travels",
        },
      ),
    ),
  },
  { additionalProperties: false },
);

/** What a route may say to its circuit. */
export const breakersRouteOptions = Type.Object(
  {
    fallback: Type.Optional(
      Type.Union([toService, staticAnswer], {
        wanted: "on with service, or on with status, body and headers",
        description:
          "What answers when the service cannot: another `service`, or a `status` with `body` (JSON) and `headers`; `on` says when.",
      }),
    ),
  },
  {
    additionalProperties: false,
    wanted: "fallback",
    description:
      "`fallback` answers in place of a service that cannot: `{ service: other_service }`, or `{ status: 200, body: ..., headers: ... }`; with `on: [open, unavailable, error, timeout]` (default: the first two) it says when. See [Fallbacks](#fallbacks).",
  },
);

export type BreakersRouteOptions = Static<typeof breakersRouteOptions>;
export type FallbackOptions = NonNullable<BreakersRouteOptions["fallback"]>;
