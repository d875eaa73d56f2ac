import type { Exchange } from "@isaas/gateway-sdk/plugin";
import type { BucketState } from "@isaas/gateway-sdk/store";
import type { Rule } from "./rule.ts";

/** One rule and how its bucket is. */
export interface Verdict {
  readonly rule: Rule;
  readonly state: BucketState;
}

/** The one that leaves least: of those that refuse the longest wait, else the fewest tokens. */
export function strictestOf(verdicts: readonly Verdict[]): Verdict | undefined {
  let strictest: Verdict | undefined;
  for (const verdict of verdicts) {
    if (strictest === undefined || isStricter(verdict.state, strictest.state)) strictest = verdict;
  }
  return strictest;
}

function isStricter(a: BucketState, b: BucketState): boolean {
  return a.waitMs === b.waitMs ? a.remaining < b.remaining : a.waitMs > b.waitMs;
}

/** What the gateway says in an answer's headers. */
export interface OwnLimits {
  readonly remaining: number;
  /** RateLimit-Policy and RateLimit, of all rules (draft-ietf-httpapi-ratelimit-headers-10). */
  readonly policy: string;
  readonly limit: string;
}

/**
 * Set before the answer is known: every answer of a limited route has them, errors of later stages too. `retryAfter` is
 * what a refusal says beside them, in seconds.
 */
export function setRateLimitHeaders(
  exchange: Exchange,
  verdicts: readonly Verdict[],
  { rule, state }: Verdict,
  nowMs: number,
  retryAfter = Number.POSITIVE_INFINITY,
): OwnLimits {
  const policy = verdicts.map((verdict) => verdict.rule.policy).join(", ");
  const limit = verdicts.map((verdict) => toLimit(verdict, retryAfter)).join(", ");
  exchange.setHeader("x-ratelimit-limit", String(rule.burst));
  exchange.setHeader("x-ratelimit-remaining", String(state.remaining));
  exchange.setHeader("x-ratelimit-reset", String(Math.ceil((nowMs + state.fullMs) / 1000)));
  exchange.setHeader("ratelimit-policy", policy);
  exchange.setHeader("ratelimit", limit);
  return { remaining: state.remaining, policy, limit };
}

/** What is left, and the seconds until all of it is back; of a rule that refuses, those until it lets the request pass. */
function toLimit({ rule: { name }, state: { remaining, waitMs, fullMs } }: Verdict, retryAfter: number): string {
  const seconds = Math.ceil((waitMs || fullMs) / 1000);
  // Retry-After must not point to an earlier time than any `t` beside it.
  return seconds > retryAfter ? `"${name}";r=${remaining}` : `"${name}";r=${remaining};t=${seconds}`;
}
