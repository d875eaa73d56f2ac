import { type Static, Type } from "typebox";

const leastSecretBytes = 32;

const trustedIssuer = Type.Object(
  {
    issuer: Type.String({ minLength: 1, maxLength: 256, description: "Its `iss`, compared letter by letter." }),
    jwks_uri: Type.String({
      pattern: "^https?://[^\\s#]+$",
      maxLength: 2048,
      wanted: "a URL such as https://issuer.example.org/jwks.json",
      description: "Where its public keys are.",
    }),
    audience: Type.Optional(
      Type.String({ minLength: 1, maxLength: 256, description: "Its tokens must be for this audience." }),
    ),
    algorithms: Type.Array(Type.Enum(["RS256", "ES256", "EdDSA", "PS256"]), {
      default: ["RS256", "ES256", "EdDSA", "PS256"],
      minItems: 1,
      uniqueItems: true,
      description: "How it may sign.",
    }),
    scopes: Type.Array(Type.String({ minLength: 1, maxLength: 64 }), {
      default: ["read", "write"],
      description: "What its tokens may do here at most.",
    }),
  },
  { additionalProperties: false },
);

export const authOptions = Type.Object({
  secret_key: Type.Optional(
    Type.Refine(
      Type.String({
        section: "Authentication",
        secret: true,
        wanted: "a text of at least 32 bytes",
        description:
          "Signs access tokens with HS256, by its UTF-8 bytes, and encrypts what the gateway keeps. Whoever has it can make any token. The same on all gateways that share a Redis. Without it the gateway starts only with DEBUG=true, on a throw-away key.",
      }),
      (text) => Buffer.byteLength(text) >= leastSecretBytes,
      () => "too short",
    ),
  ),
  access_token_expire_minutes: Type.Number({
    section: "Authentication",
    default: 30,
    exclusiveMinimum: 0,
    maximum: 1440,
    description: "How long an access token lives.",
  }),
  jwt_issuer: Type.Optional(
    Type.String({
      section: "Authentication",
      minLength: 1,
      maxLength: 256,
      wanted: "a text of 1 to 256 characters",
      description: "`iss` of issued tokens, and demanded of them. Unset: neither.",
    }),
  ),
  jwt_audience: Type.Optional(
    Type.String({
      section: "Authentication",
      minLength: 1,
      maxLength: 256,
      wanted: "a text of 1 to 256 characters",
      description: "`aud` of issued tokens, and demanded of presented ones. Unset: neither.",
    }),
  ),
  token_algorithm: Type.Enum(["HS256", "RS256", "ES256", "EdDSA"], {
    section: "Authentication",
    default: "HS256",
    description:
      "How access tokens are signed. HS256: with `secret_key`, and only gateways can check them. The others: with keys of the gateway's own, whose public halves are at `/.well-known/jwks.json`.",
  }),
  key_rotation_days: Type.Number({
    section: "Authentication",
    default: 30,
    minimum: 0.01,
    maximum: 365,
    description: "How long such a key signs before the next one takes over. Tokens signed with it stay valid.",
  }),
  users_file: Type.Optional(
    Type.String({
      section: "Authentication",
      minLength: 1,
      wanted: "a file in YAML, TOML or JSON",
      description:
        "Users, clients and API keys; see [security.md](security.md#users-clients-and-api-keys). Read again when it changes. Unset: nobody can log in here.",
    }),
  ),
  auth_service_url: Type.Optional(
    Type.String({
      section: "Authentication",
      secret: true,
      pattern: "^https?://[^\\s@#]+$",
      maxLength: 2048,
      wanted: "a URL such as http://auth:8010/verify",
      description:
        "Passwords are checked by this service instead of `users_file`, which then holds clients and API keys alone. It sees every password.",
    }),
  ),
  trusted_issuers: Type.Array(trustedIssuer, {
    section: "Authentication",
    default: [],
    wanted: "a list, each with issuer, jwks_uri, audience, algorithms and scopes",
    description:
      "Others whose tokens count here, each with `issuer` (its `iss`), `jwks_uri` (its public keys), `audience` (default: `jwt_audience`), `algorithms` (default: RS256, ES256, EdDSA, PS256) and `scopes` (what its tokens may do here at most; default: read, write). Whoever signs for one of them can be anybody, with these scopes; without any audience, tokens that it made for other APIs count here, too. Only in the settings file.",
  }),
});

export type AuthOptions = Static<typeof authOptions>;

/** What a route may say about tokens beside whether it wants one. */
export const authRouteOptions = Type.Object(
  {
    forward_token: Type.Boolean({
      default: false,
      operatorOnly: true,
      description: "Pass the bearer token on to the service, which can then do all that the caller can.",
    }),
    assertion: Type.Boolean({
      default: false,
      description:
        "Send `X-Authenticated-Assertion`: a token of a minute, for this service alone, that says who is calling, signed by a key of `/.well-known/jwks.json`.",
    }),
  },
  {
    additionalProperties: false,
    wanted: "forward_token and assertion",
    description:
      "`forward_token` (default false) passes the bearer token on to the service, which can then do all that the caller can. `assertion` (default false) sends `X-Authenticated-Assertion`: a token of a minute, for this service alone, that says who is calling, signed by a key of `/.well-known/jwks.json`.",
  },
);

export type AuthRouteOptions = Static<typeof authRouteOptions>;
