import type { Counter } from "@isaas/gateway-sdk/metrics";
import type { Clock, Exchange, Handler, Log, Middleware, RouteInfo } from "@isaas/gateway-sdk/plugin";
import type { BucketAnswer, Buckets } from "@isaas/gateway-sdk/store";
import type { BucketKeys } from "./bucket-keys.ts";
import type { LimitsRouteOptions } from "./options.ts";
import { type OwnLimits, setRateLimitHeaders, strictestOf } from "./rate-limit-headers.ts";
import { notCounted, tooManyRequests, uncountedSeconds, waitSeconds } from "./refusals.ts";
import { appliesTo, type Rule } from "./rule.ts";
import type { ShadowLog } from "./shadow-log.ts";
import { keepStricter } from "./upstream-headers.ts";

export interface LimiterParts {
  readonly buckets: Pick<Buckets, "take">;
  readonly keys: BucketKeys;
  readonly shadowLog: ShadowLog;
  readonly clock: Clock;
  readonly log: Log;
  /** Requests that were refused, by rule. */
  readonly refused: Counter;
}

/** Lets as many requests through to a route as its rules allow. */
export function createLimiter(
  route: RouteInfo,
  rules: readonly Rule[],
  options: Pick<LimitsRouteOptions, "cost" | "shadow" | "when_store_fails">,
  { buckets, keys, shadowLog, clock, log, refused }: LimiterParts,
): Middleware {
  const { cost, shadow, when_store_fails: whenStoreFails } = options;
  const isBound = rules.some(({ scopes, unlessScopes }) => scopes !== undefined || unlessScopes.length > 0);

  return (next) =>
    function limits(exchange) {
      const asked = isBound ? rules.filter((rule) => appliesTo(rule, exchange.principal)) : rules;
      if (asked.length === 0) return next(exchange);
      const answer = buckets.take(
        asked.map((rule) => ({
          key: keys.keyOf(rule, exchange),
          ratePerSecond: rule.ratePerSecond,
          burst: rule.burst,
          // What costs more than a burst would never pass.
          cost: Math.min(cost, rule.burst),
        })),
      );
      return answer instanceof Promise
        ? answer.then((counted) => decide(exchange, asked, counted, next))
        : decide(exchange, asked, answer, next);
    };

  function decide(
    exchange: Exchange,
    asked: readonly Rule[],
    { allowed, buckets: states, alone }: BucketAnswer,
    next: Handler,
  ): Response | Promise<Response> {
    const verdicts = asked.flatMap((rule, index) => {
      const state = states[index];
      return state === undefined ? [] : [{ rule, state }];
    });
    const strictest = strictestOf(verdicts);
    if (strictest === undefined) return next(exchange);
    const { rule, state } = strictest;
    if (alone && whenStoreFails === "refuse" && !shadow) {
      setRateLimitHeaders(exchange, verdicts, strictest, clock.now(), uncountedSeconds);
      throw notCounted(route.service);
    }
    if (!allowed && !shadow) {
      log.debug({ request_id: exchange.requestId, rule: rule.name, key: keys.keyOf(rule, exchange) }, "refused");
      refused.add({ rule: rule.name });
      setRateLimitHeaders(exchange, verdicts, strictest, clock.now(), waitSeconds(state));
      throw tooManyRequests(rule, state);
    }
    if (!allowed) shadowLog.wouldRefuse(rule.name, route.service);
    const own = setRateLimitHeaders(exchange, verdicts, strictest, clock.now());
    const response = next(exchange);
    return response instanceof Promise
      ? response.then((late) => settle(exchange, late, own))
      : settle(exchange, response, own);
  }
}

function settle(exchange: Exchange, response: Response, own: OwnLimits): Response {
  keepStricter(exchange, response, own);
  return response;
}
