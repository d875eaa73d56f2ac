import { type ErrorCode, type ErrorDetails, type ErrorEnvelope, errorStatus } from "../errors.ts";

/** What CallError describes by type. */
export class CallFailure extends Error {
  readonly code: ErrorCode | "SERVICE_ERROR" | "NO_ANSWER" | "TIMEOUT" | "ABORTED";
  readonly status: number;
  readonly value: unknown;
  readonly details: ErrorDetails | undefined;
  readonly requestId: string | undefined;

  constructor(failure: Pick<CallFailure, "code" | "status" | "message"> & Partial<CallFailure>) {
    super(failure.message, failure.cause === undefined ? undefined : { cause: failure.cause });
    this.name = "CallError";
    this.code = failure.code;
    this.status = failure.status;
    this.value = failure.value;
    this.details = failure.details;
    this.requestId = failure.requestId;
  }
}

/** An answer that is no success: the gateway's own word when it is its envelope, under the status of its code. */
export function refusal(status: number, value: unknown, headers: Headers): CallFailure {
  if (isEnvelope(value, status)) {
    const { code, message, details } = value.error;
    return new CallFailure({ code, status, message, value, details, requestId: value.request_id });
  }
  const message = `the service answered ${status}`;
  const requestId = headers.get("x-request-id") ?? undefined;
  return new CallFailure({ code: "SERVICE_ERROR", status, message, value, requestId });
}

/** `signal` is the one that went with the request: when it is aborted, its reason is why. */
export function noAnswer(cause: unknown, signal?: AbortSignal): CallFailure {
  if (cause instanceof CallFailure) return cause;
  if (signal?.aborted !== true)
    return new CallFailure({ code: "NO_ANSWER", status: 0, message: "the gateway did not answer", cause });
  const { reason } = signal;
  if (reason instanceof CallFailure) return reason;
  return new CallFailure({ code: "ABORTED", status: 0, message: "the call was aborted", cause: reason });
}

export function timedOut(timeoutMs: number): CallFailure {
  return new CallFailure({ code: "TIMEOUT", status: 0, message: `no answer within ${timeoutMs} ms` });
}

function isEnvelope(value: unknown, status: number): value is ErrorEnvelope {
  const { error, request_id } = Object(value);
  const { code, message, details } = Object(error);
  return (
    typeof request_id === "string" &&
    typeof message === "string" &&
    typeof details === "object" &&
    details !== null &&
    typeof code === "string" &&
    Object.hasOwn(errorStatus, code) &&
    errorStatus[code as ErrorCode] === status
  );
}
