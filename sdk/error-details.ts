/** What was wrong with one field of a request. Says where and what is wanted, never what was sent. */
export type Problem = {
  readonly path: string;
  readonly message: string;
};

/** Why credentials do not count. `bad_credentials` is of the token endpoint and of registrations. */
export type AuthReason =
  | "missing"
  | "malformed"
  | "expired"
  | "not_yet_valid"
  | "bad_signature"
  | "wrong_issuer"
  | "wrong_audience"
  | "revoked"
  | "bad_credentials";

/** The error codes of RFC 6749 section 5.2; only the token endpoint has them. */
export type OauthError =
  "invalid_request" | "invalid_client" | "invalid_grant" | "unsupported_grant_type" | "invalid_scope";

type None = { readonly [name: string]: never };

/** What `details` of an error hold, by its code. */
export type DetailsByCode = {
  INVALID_REQUEST: { readonly problems: readonly Problem[]; readonly oauth_error?: OauthError };
  AUTH_ERROR: { readonly reason: AuthReason; readonly oauth_error?: OauthError };
  INSUFFICIENT_SCOPE: { readonly required_scopes: readonly string[] };
  PRIVACY_REFUSED: { readonly missing: readonly string[] };
  NOT_FOUND: None;
  METHOD_NOT_ALLOWED: None;
  /** `owner`: the service that has it already. */
  CONFLICT: { readonly owner?: string };
  PAYLOAD_TOO_LARGE: { readonly limit_bytes: number };
  /** `limit` requests a second, `burst` at once, and how long to wait. */
  RATE_LIMIT: { readonly limit: number; readonly burst: number; readonly retry_after_ms: number };
  INTERNAL_ERROR: None;
  UPSTREAM_ERROR: { readonly service: string };
  /** `retry_after`: when requests are let through again, ISO 8601, UTC; null where nobody knows. */
  CIRCUIT_OPEN: { readonly service: string; readonly retry_after: string | null };
  /** `last_check`: when the service was last looked at, ISO 8601, UTC. Without `service`, the gateway itself is not ready. */
  SERVICE_UNAVAILABLE: { readonly service?: string; readonly last_check?: string | null };
  UPSTREAM_TIMEOUT: { readonly service: string };
};
