import { type Static, Type } from "typebox";

const scopes = Type.Array(Type.String({ pattern: "^[!#-\\[\\]-~]{1,64}$", wanted: "a scope such as read" }), {
  minItems: 1,
  maxItems: 20,
  uniqueItems: true,
});

const ruleShape = {
  name: Type.String({
    pattern: "^[a-z][a-z0-9_-]{0,31}$",
    wanted: "a name such as per-address: 1 to 32 of a-z, 0-9, _, -",
  }),
  per_second: Type.Number({ minimum: 0.001, maximum: 1_000_000 }),
  burst: Type.Integer({ minimum: 1, maximum: 1_000_000 }),
  per: Type.Array(
    Type.String({
      pattern: "^(caller|user|api_key|address|route|header:[A-Za-z0-9-]{1,64})$",
      wanted: "caller, user, api_key, address, route or header:NAME",
    }),
    { default: ["caller"], minItems: 1, maxItems: 6, uniqueItems: true },
  ),
  scopes: Type.Optional(scopes),
  unless_scopes: Type.Optional(scopes),
};

const rule = Type.Object(ruleShape, { additionalProperties: false });

const sharedRule = Type.Object(
  { ...ruleShape, services: Type.Optional(Type.Array(Type.String(), { minItems: 1, uniqueItems: true })) },
  { additionalProperties: false, wanted: "a rule with name, per_second and burst" },
);

export type RuleOptions = Static<typeof rule>;
export type SharedRuleOptions = Static<typeof sharedRule>;

export const limitsOptions = Type.Object({
  rate_limit_per_second: Type.Number({
    section: "Rate limits",
    default: 10,
    minimum: 1,
    maximum: 1_000_000,
    description:
      "Requests a second that a caller may make for long, over all routes with `rate_limit` together. A caller is a user, client or API key, else an address (of IPv6 its /64).",
  }),
  rate_limit_burst: Type.Integer({
    section: "Rate limits",
    default: 20,
    minimum: 1,
    maximum: 1_000_000,
    description: "Requests that a caller who has been quiet may make at once.",
  }),
  limits: Type.Array(sharedRule, {
    section: "Rate limits",
    default: [],
    maxItems: 100,
    description:
      "Rules beside that of every caller: `name`, `per_second`, `burst`, and optionally `per` (what is counted apart: `caller`, `user`, `api_key`, `address`, `route`, `header:NAME`, or several together; default `caller`), `scopes` (only for callers with one of these), `unless_scopes` (not for callers with one of these) and `services` (only on their routes). All rules that fit a request must let it pass. One named `caller` stands in place of `rate_limit_per_second` and `rate_limit_burst`. A header that callers choose freely limits nobody by itself. Only in the settings file.",
  }),
  rate_limit_mode: Type.Enum(["exact", "leased"], {
    section: "Rate limits",
    default: "exact",
    description:
      "Beside Redis. `exact`: one trip to Redis for each request, and not one request too many. `leased`: a gateway fetches a tenth of a burst at a time and spends it for up to a second, which saves most trips; over any time T a caller gets at most `burst + per_second * T` and that tenth once for each gateway.",
  }),
  rate_limit_shadow: Type.Boolean({
    section: "Rate limits",
    default: false,
    description:
      "Counts and sets the headers, but refuses nobody: to try limits out. The log says how many would have been refused. While it is on there is no limit.",
  }),
});

export type LimitsOptions = Static<typeof limitsOptions>;

export const limitsRouteOptions = Type.Object(
  {
    rules: Type.Optional(
      Type.Array(
        Type.Union([Type.String(), rule], { wanted: "the name of a rule, or a rule with name, per_second and burst" }),
        {
          minItems: 1,
          maxItems: 10,
        },
      ),
    ),
    // It is taken from buckets that other routes share.
    cost: Type.Integer({ default: 1, minimum: 1, maximum: 1_000_000, operatorOnly: true }),
    shadow: Type.Boolean({ default: false }),
    when_store_fails: Type.Enum(["local", "refuse"], { default: "local" }),
  },
  {
    additionalProperties: false,
    wanted: "rules, cost, shadow and when_store_fails",
    description:
      "Where `rate_limit` is on. `rules`: exactly these, names of `limits` (`caller` is the one of every caller) or rules as they stand there, without `services`; default: all that fit the service. `cost`: tokens that a request takes (default 1; at most a burst is taken). `shadow`: count and refuse nobody (default false). `when_store_fails`: `local` (default) lets each gateway enforce its share while Redis is away, `refuse` answers 503 then.",
  },
);

export type LimitsRouteOptions = Static<typeof limitsRouteOptions>;
