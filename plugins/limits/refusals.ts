import { GatewayError } from "@isaas/gateway-sdk/errors";
import type { BucketState } from "@isaas/gateway-sdk/store";
import type { Rule } from "./rule.ts";

/** Up, so that whoever waits as told is never told again. */
export function waitSeconds({ waitMs }: BucketState): number {
  return Math.max(1, Math.ceil(waitMs / 1000));
}

/** Redis is looked for more often than that. */
export const uncountedSeconds = 1;

export function tooManyRequests({ ratePerSecond, burst }: Rule, state: BucketState): GatewayError {
  return new GatewayError("RATE_LIMIT", {
    message: "Too many requests: wait before the next one.",
    details: { limit: ratePerSecond, burst, retry_after_ms: Math.ceil(state.waitMs) },
    headers: { "retry-after": String(waitSeconds(state)) },
  });
}

/** For routes that would rather serve nobody than count on their own. */
export function notCounted(service: string): GatewayError {
  return new GatewayError("SERVICE_UNAVAILABLE", {
    message: "Requests cannot be counted right now.",
    details: { service, last_check: null },
    headers: { "retry-after": String(uncountedSeconds) },
  });
}
