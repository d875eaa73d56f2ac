import { describe, expect, test } from "bun:test";
import { CallFailure } from "../../../sdk/client/call-failure.ts";
import { readQuotas } from "../../../sdk/client/rate-limit-header.ts";
import { waitAsTold, waitBeforeRetry } from "../../../sdk/client/try-again.ts";

describe("RateLimit", () => {
  const quotas = (limit: string, policy = "") =>
    readQuotas(new Headers({ ratelimit: limit, "ratelimit-policy": policy }));

  test("names what is left of each policy", () => {
    expect(
      quotas('"caller";r=2;t=1, "predict";r=0;t=5;pk=:AA==:', '"caller";q=3;w=3,"predict";q=5;w=5;qu="requests"'),
    ).toEqual([
      { policy: "caller", left: 2, resetSeconds: 1, whole: 3 },
      { policy: "predict", left: 0, resetSeconds: 5, whole: 5 },
    ]);
    expect(quotas('"a";r=1')).toEqual([{ policy: "a", left: 1, resetSeconds: 0, whole: undefined }]);
  });

  test.each([
    "",
    "limit=10, remaining=5, reset=4",
    '"a";r=-1',
    '"a";t=5',
    '"a";r="x"',
    '("a" "b");r=1',
    "a;r=1;;",
    '"a',
  ])("%p tells nothing", (text) => {
    expect(quotas(text)).toEqual([]);
  });
});

test.each([{ "retry-after": "0" }, { "retry-after": "Thu, 01 Jan 2015 00:00:00 GMT" }])(
  "%j is no leave to call again and again",
  (headers) => {
    const error = new CallFailure({ code: "SERVICE_UNAVAILABLE", status: 503, message: "" });
    expect(waitAsTold({ error, headers: new Headers(headers) })).toBeGreaterThanOrEqual(100);
  },
);

describe("waiting", () => {
  const settled = { timeoutMs: 0, retries: 5, pace: false, maxWaitMs: 60_000 };
  const failed = (status: number, headers = {}) => ({
    error: new CallFailure({ code: status === 0 ? "NO_ANSWER" : "SERVICE_ERROR", status, message: "" }),
    headers: status === 0 ? undefined : new Headers(headers),
  });

  test("grows with each try, full of jitter, to five seconds", () => {
    for (const [tries, mostMs] of [250, 500, 1000, 2000, 4000].entries()) {
      const waits = Array.from({ length: 200 }, () => Number(waitBeforeRetry(failed(0), tries, settled)));
      expect(Math.max(...waits)).toBeLessThan(mostMs);
      expect(Math.max(...waits)).toBeGreaterThan(mostMs * 0.8);
      expect(Math.min(...waits)).toBeLessThan(mostMs * 0.2);
    }
    const settledLong = { ...settled, retries: 100 };
    expect(waitBeforeRetry(failed(503), 50, settledLong)).toBeLessThan(5000);
    expect(waitBeforeRetry(failed(0), 5, settled)).toBeUndefined();
    expect(waitBeforeRetry(failed(500), 0, settled)).toBeUndefined();
  });

  test("adds to Retry-After, which is followed beyond five seconds with pace alone", () => {
    expect(waitBeforeRetry(failed(503, { "retry-after": "5" }), 0, settled)).toBeGreaterThanOrEqual(5000);
    expect(waitBeforeRetry(failed(503, { "retry-after": "6" }), 0, settled)).toBeUndefined();
    expect(waitBeforeRetry(failed(503, { "retry-after": "6" }), 0, { ...settled, pace: true })).toBeGreaterThan(5999);
  });

  test("is as the gateway says, to the millisecond where it does", () => {
    const refused = (code: "RATE_LIMIT" | "CIRCUIT_OPEN" | "SERVICE_UNAVAILABLE" | "UPSTREAM_ERROR", details = {}) =>
      waitAsTold({
        error: new CallFailure({ code, status: 503, message: "", details }),
        headers: new Headers({ "retry-after": "2" }),
      });
    expect(refused("RATE_LIMIT", { retry_after_ms: 1234 })).toBe(1234);
    expect([refused("RATE_LIMIT"), refused("CIRCUIT_OPEN"), refused("SERVICE_UNAVAILABLE")]).toEqual([
      2000, 2000, 2000,
    ]);
    expect(refused("UPSTREAM_ERROR")).toBeUndefined();
    expect(waitAsTold(failed(503, { "retry-after": "2" }))).toBeUndefined();
  });
});
