import type { ErrorCode, ErrorDetails, Problem } from "../errors.ts";

/** `UNREACHABLE`: no answer. `UNEXPECTED_ANSWER`: one that no gateway gives. The rest are the gateway's own codes. */
export type RegistryErrorCode = ErrorCode | "UNREACHABLE" | "UNEXPECTED_ANSWER";

export interface RegistryErrorOptions {
  readonly message: string;
  readonly status?: number;
  readonly details?: ErrorDetails;
  /** How long the gateway asked to be left alone. */
  readonly retryAfterMs?: number;
  readonly cause?: unknown;
}

/** Why a gateway did not do what a service asked of it. Holds neither key nor token. */
export class RegistryError extends Error {
  readonly code: RegistryErrorCode;
  /** Undefined when there was no answer. */
  readonly status: number | undefined;
  readonly details: ErrorDetails;
  readonly retryAfterMs: number;

  constructor(code: RegistryErrorCode, options: RegistryErrorOptions) {
    super(options.message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = "RegistryError";
    this.code = code;
    this.status = options.status;
    this.details = options.details ?? {};
    this.retryAfterMs = options.retryAfterMs ?? 0;
  }

  /** Whether asking again at once would be in vain: the caller is at fault, not the moment. */
  get isRefusal(): boolean {
    const { status = 0 } = this;
    return status >= 400 && status < 500 && status !== 408 && status !== 425 && status !== 429;
  }
}

/** The error that an answer of a gateway tells of. */
export function toRegistryError(status: number, body: unknown, retryAfterMs: number): RegistryError {
  const error: unknown = Reflect.get(Object(body), "error");
  const { code, message, details } = Object(error) as Readonly<Record<string, unknown>>;
  if (typeof code !== "string" || typeof message !== "string") {
    const text = `answered ${status}, and not as a gateway does`;
    return new RegistryError("UNEXPECTED_ANSWER", { message: text, status, retryAfterMs });
  }
  const known = Object(details) as ErrorDetails;
  return new RegistryError(code as ErrorCode, {
    message: [`${code}: ${message}`, ...problemsIn(known)].join(" "),
    status,
    details: known,
    retryAfterMs,
  });
}

function problemsIn({ problems, owner }: ErrorDetails): string[] {
  const told = Array.isArray(problems) ? (problems as readonly Problem[]) : [];
  const lines = told.map(({ path, message }) => `${path}: ${message}.`);
  return typeof owner === "string" ? [...lines, `The owner is ${owner}.`] : lines;
}
