import type { DetailsByCode } from "./error-details.ts";

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

export type { AuthReason, DetailsByCode, OauthError, Problem } from "./error-details.ts";

export type ErrorDetails = Readonly<Record<string, unknown>>;

/** The body of every error answer (the seed's envelope). */
export interface ErrorEnvelope<Code extends ErrorCode = ErrorCode> {
  readonly error: { readonly code: Code; readonly message: string; readonly details: DetailsByCode[Code] };
  readonly request_id: string;
}

export type GatewayErrorOptions<Code extends ErrorCode = ErrorCode> = ErrorText & DetailsOf<DetailsByCode[Code]>;

/** May be left out only where they may be empty. */
type DetailsOf<Details> = {} extends Details ? { readonly details?: Details } : { readonly details: Details };

interface ErrorText {
  /** One sentence for the caller. Never a header, token, body or address of a service. */
  readonly message: string;
  /** Headers of the answer, such as `Allow` or `Retry-After`. */
  readonly headers?: Readonly<Record<string, string>>;
  /** For the log only; no answer ever shows it. */
  readonly cause?: unknown;
}

/** The one error class of the gateway: whatever else is thrown becomes INTERNAL_ERROR. */
export class GatewayError<Code extends ErrorCode = ErrorCode> extends Error {
  readonly code: Code;
  readonly status: number;
  readonly details: ErrorDetails;
  readonly headers: Readonly<Record<string, string>>;

  constructor(code: Code, options: GatewayErrorOptions<Code>) {
    super(options.message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = "GatewayError";
    this.code = code;
    this.status = errorStatus[code];
    this.details = options.details ?? {};
    this.headers = options.headers ?? {};
  }
}
