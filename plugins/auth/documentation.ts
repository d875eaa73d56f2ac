const text = { type: "string" } as const;
const nullable = { type: ["string", "null"] } as const;

const tokenAnswer = {
  type: "object",
  required: ["access_token", "token_type"],
  properties: {
    access_token: text,
    token_type: { const: "bearer" },
    expires_in: { type: "integer", description: "Seconds" },
    scope: { ...text, description: "What was granted, with spaces between" },
    refresh_token: { ...text, description: "Can be used once, for the next pair of tokens" },
  },
} as const;

const tokenRequest = {
  type: "object",
  properties: {
    grant_type: { enum: ["password", "client_credentials", "refresh_token"], default: "password" },
    username: text,
    password: { ...text, format: "password" },
    client_id: { ...text, description: "Or by Basic authentication" },
    client_secret: { ...text, format: "password" },
    refresh_token: text,
    scope: { ...text, description: "Cut to what there is; all when left out" },
  },
} as const;

const user = {
  type: "object",
  required: ["username", "email", "full_name", "disabled", "scopes"],
  properties: {
    username: text,
    email: nullable,
    full_name: nullable,
    disabled: { type: "boolean" },
    scopes: { type: "array", items: text },
  },
} as const;

/** What the OpenAPI document says of the endpoints. */
export const documentation = {
  token: {
    summary: "Obtain tokens",
    description:
      "OAuth 2 (RFC 6749). Wrong credentials are 401 AUTH_ERROR, malformed requests 400 INVALID_REQUEST, both with `details.oauth_error`; after too many failed logins 429 RATE_LIMIT. JSON is accepted, too.",
    requestBody: body({ "application/x-www-form-urlencoded": { schema: tokenRequest } }),
    responses: answer("The tokens", tokenAnswer),
  },
  revoke: {
    summary: "Revoke a token",
    description:
      "RFC 7009: holding the token is the proof. An access token ends alone, a refresh token with everything that came from its login. Always 200.",
    requestBody: body({
      "application/x-www-form-urlencoded": {
        schema: { type: "object", required: ["token"], properties: { token: text, token_type_hint: text } },
      },
    }),
    responses: answer("It counts no more, if it ever did", { type: "object" }),
  },
  me: {
    summary: "Who the caller is",
    security: [{ bearer: [] }] as Record<string, string[]>[],
    responses: answer("The caller", user),
  },
  jwks: {
    summary: "Public keys of the gateway (RFC 7517)",
    responses: answer("The keys", {
      type: "object",
      required: ["keys"],
      properties: { keys: { type: "array", items: { type: "object" } } },
    }),
  },
};

function body(content: object) {
  return { required: true, content } as never;
}

function answer(description: string, schema: object) {
  return { 200: { description, content: { "application/json": { schema } } } } as never;
}
