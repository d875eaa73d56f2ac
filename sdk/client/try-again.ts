import { idempotentMethods } from "../idempotent.ts";
import { retryAfterMs } from "../retry-after.ts";
import type { CallFailure } from "./call-failure.ts";
import type { Settled } from "./options.ts";

/** Of an answer that is no success, or of none. */
export interface Failed {
  readonly error: CallFailure;
  readonly headers: Headers | undefined;
}

const passing: ReadonlySet<number> = new Set([502, 503, 504]);
/** By these the gateway says that it has sent nothing to the service. */
const notExecuted: ReadonlySet<string> = new Set(["RATE_LIMIT", "CIRCUIT_OPEN", "SERVICE_UNAVAILABLE"]);
const firstMs = 250;
const mostMs = 5000;
/** Whatever a gateway says: nobody calls again and again without a break. */
const leastMs = 100;
/** Whoever has not asked for pace does not want to wait for a circuit to close. */
const unpacedMs = 5000;

export function mayBeSentAgain(method: string, headers: Readonly<Record<string, string>>): boolean {
  return idempotentMethods.has(method) || "idempotency-key" in headers;
}

/** Milliseconds to wait before a call is made again for the `tries`-th time, from 0; undefined: it is not. */
export function waitBeforeRetry(
  { error, headers }: Failed,
  tries: number,
  { retries, pace }: Settled,
): number | undefined {
  if (tries >= retries || !(error.code === "NO_ANSWER" || passing.has(error.status))) return undefined;
  const toldMs = toldBy(headers) ?? 0;
  if (toldMs > unpacedMs && !pace) return undefined;
  // Full jitter: those who failed together do not come back together.
  return toldMs + Math.random() * Math.min(mostMs, firstMs * 2 ** tries);
}

/** Milliseconds to wait when the gateway itself has let the call wait: it was not executed, whatever its method. */
export function waitAsTold({ error, headers }: Failed): number | undefined {
  if (!notExecuted.has(error.code)) return undefined;
  const toldMs = Number(error.details?.["retry_after_ms"]) || toldBy(headers);
  return toldMs === undefined ? undefined : Math.max(toldMs, leastMs);
}

function toldBy(headers: Headers | undefined): number | undefined {
  return headers?.has("retry-after") === true ? retryAfterMs({ headers }, Date.now()) : undefined;
}
