import type { DetailsByCode, ErrorCode, ErrorEnvelope, errorStatus } from "../errors.ts";
import type { OnWire } from "./on-wire.ts";

type Success = 200 | 201 | 202 | 203 | 204 | 205 | 206 | 207 | 208 | 226;

/** What a call comes to: `data` of one of the statuses that mean success, or an `error`; a call never rejects. */
export type Answer<Responses extends object> = Good<Responses> | Bad<Responses>;

type Good<Responses extends object> = {
  [Status in keyof Responses & Success]: {
    readonly data: OnWire<Responses[Status]>;
    readonly error: null;
    readonly status: Status;
    readonly headers: Headers;
    readonly response: Response;
  };
}[keyof Responses & Success];

interface Bad<Responses extends object> {
  readonly data: null;
  readonly error: CallError<Responses>;
  /** 0 where nobody answered. */
  readonly status: number;
  readonly headers: Headers | undefined;
  readonly response: Response | undefined;
}

/** Why there is no `data`: `code` says whose word it is, and narrows the rest. Can be thrown: all of them are Errors. */
export type CallError<Responses extends object = object> = GatewayFailure | ServiceFailure<Responses> | NoAnswer;

/** The gateway's own refusal: `code` and `details` as its envelope has them. */
export type GatewayFailure = {
  readonly [Code in ErrorCode]: Error & {
    readonly code: Code;
    readonly status: (typeof errorStatus)[Code];
    readonly details: DetailsByCode[Code];
    readonly value: ErrorEnvelope<Code>;
    /** For whoever looks into the gateway's log. */
    readonly requestId: string;
  };
}[ErrorCode];

/** The service's own answer with a status that is no success; `status` narrows `value`. */
export type ServiceFailure<Responses extends object = object> = [Exclude<keyof Responses, Success>] extends [never]
  ? ServiceFailureOf<number, unknown>
  : {
      [Status in Exclude<keyof Responses, Success>]: ServiceFailureOf<Status, OnWire<Responses[Status]>>;
    }[Exclude<keyof Responses, Success>];

type ServiceFailureOf<Status, Value> = Error & {
  readonly code: "SERVICE_ERROR";
  readonly status: Status;
  readonly value: Value;
  readonly details: undefined;
  readonly requestId: string | undefined;
};

/**
 * Nobody answered. `NO_ANSWER`: the connection failed or broke, or what came cannot be read; `cause` says how.
 * `TIMEOUT`: not within `timeoutMs`. `ABORTED`: the caller's signal, or `$close()`.
 */
export type NoAnswer = Error & {
  readonly code: "NO_ANSWER" | "TIMEOUT" | "ABORTED";
  readonly status: 0;
  readonly value: undefined;
  readonly details: undefined;
  readonly requestId: undefined;
};
