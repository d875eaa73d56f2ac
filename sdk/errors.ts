/**
 * Every error code a caller can meet, with the HTTP status it travels under.
 * The status says whose fault it is: 4xx the caller's, 429 and 503 our refusal, 502 a broken service, 504 a silent one.
 */
export const errorStatus = {
  INVALID_REQUEST: 400,
  AUTH_ERROR: 401,
  INSUFFICIENT_SCOPE: 403,
  PRIVACY_REFUSED: 403,
  NOT_FOUND: 404,
  METHOD_NOT_ALLOWED: 405,
  CONFLICT: 409,
  PAYLOAD_TOO_LARGE: 413,
  RATE_LIMIT: 429,
  INTERNAL_ERROR: 500,
  UPSTREAM_ERROR: 502,
  CIRCUIT_OPEN: 503,
  SERVICE_UNAVAILABLE: 503,
  UPSTREAM_TIMEOUT: 504,
} as const;

export type ErrorCode = keyof typeof errorStatus;

/** What was wrong with one field of a request. Says where and what is wanted, never what was sent. */
export interface Problem {
  readonly path: string;
  readonly message: string;
}

export type ErrorDetails = Readonly<Record<string, unknown>>;

/** The body of every error answer (the seed's envelope). */
export interface ErrorEnvelope {
  readonly error: { readonly code: ErrorCode; readonly message: string; readonly details: ErrorDetails };
  readonly request_id: string;
}

export interface GatewayErrorOptions {
  /** One sentence for the caller. Never a header, token, body or address of a service. */
  readonly message: string;
  readonly details?: ErrorDetails;
  /** Headers of the answer, such as `Allow` or `Retry-After`. */
  readonly headers?: Readonly<Record<string, string>>;
  /** For the log only; no answer ever shows it. */
  readonly cause?: unknown;
}

/** The one error class of the gateway: whatever else is thrown becomes INTERNAL_ERROR. */
export class GatewayError extends Error {
  readonly code: ErrorCode;
  readonly status: number;
  readonly details: ErrorDetails;
  readonly headers: Readonly<Record<string, string>>;

  constructor(code: ErrorCode, options: GatewayErrorOptions) {
    super(options.message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = "GatewayError";
    this.code = code;
    this.status = errorStatus[code];
    this.details = options.details ?? {};
    this.headers = options.headers ?? {};
  }
}
