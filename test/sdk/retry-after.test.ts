import { expect, test } from "bun:test";
import { retryAfterMs } from "@isaas/gateway-sdk/retry-after";

const nowMs = Date.parse("2026-11-25T12:00:00Z");
const waitFor = (text: string): number => retryAfterMs(new Response(null, { headers: { "retry-after": text } }), nowMs);

test.each([
  ["0", 0],
  ["7", 7000],
  ["Wed, 25 Nov 2026 12:00:30 GMT", 30_000],
  ["Wed, 25 Nov 2026 11:59:30 GMT", 0],
  ["-3", 0],
  ["1.5s", 0],
  ["soon", 0],
])("Retry-After: %s means %d ms", (text, ms) => {
  expect(waitFor(text)).toBe(ms);
});

test("an answer that says nothing may be repeated at once", () => {
  expect(retryAfterMs(new Response(), nowMs)).toBe(0);
});
