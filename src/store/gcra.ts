import type { BucketAsk, BucketState } from "@isaas/gateway-sdk/store";

/**
 * A token bucket as one number: the theoretical arrival time, at which the bucket is full again. This is the virtual
 * scheduling form of the generic cell rate algorithm (ITU-T I.371, annex A); the Lua of redis/bucket-scripts.ts is the same.
 */

/** A thousandth of a token, so that what adds up to a whole one is not refused because of rounding. */
const slack = 1e-3;

/** How long a token takes to grow. */
export function tokenMs({ ratePerSecond }: BucketAsk): number {
  return 1000 / ratePerSecond;
}

/** `debt`: milliseconds until the bucket is full. */
export function fits(ask: BucketAsk, debt: number): boolean {
  return waitMs(ask, debt) <= slack * tokenMs(ask);
}

/** `taken`: the debt already holds the cost. */
export function describeBucket(ask: BucketAsk, debt: number, taken: boolean): BucketState {
  return {
    remaining: Math.max(0, Math.floor(ask.burst - debt / tokenMs(ask) + slack)),
    waitMs: taken || fits(ask, debt) ? 0 : waitMs(ask, debt),
    fullMs: debt,
  };
}

function waitMs({ cost, burst, ratePerSecond }: BucketAsk, debt: number): number {
  return debt + (cost - burst) * (1000 / ratePerSecond);
}
