import { type Static, Type } from "typebox";

/** Why an answer may be a fallback's. */
export const fallbackReasons = ["open", "unavailable", "error", "timeout"] as const;
export type FallbackReason = (typeof fallbackReasons)[number];

const on = Type.Array(Type.Enum(fallbackReasons), { default: ["open", "unavailable"], minItems: 1, uniqueItems: true });

const headerName = /^(?!(?:connection|content-length|transfer-encoding)$)[a-z0-9-]{1,64}$/;

const toService = Type.Object(
  { on, service: Type.String({ pattern: "^[a-z][a-z0-9_]{0,63}$" }) },
  { additionalProperties: false },
);

const staticAnswer = Type.Object(
  {
    on,
    status: Type.Integer({ minimum: 200, maximum: 599 }),
    body: Type.Optional(Type.Unknown()),
    headers: Type.Optional(
      Type.Refine(
        Type.Record(Type.String(), Type.String({ pattern: "^[\\t -~]*$", maxLength: 1024 }), {
          wanted: "headers by their names in lower case, none of those that say how an answer travels",
        }),
        (headers) => Object.keys(headers).every((name) => headerName.test(name)),
        () => "no header",
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
