import { expect, test } from "bun:test";
import { toRequestId } from "../../src/observe/request-id.ts";
import { toTraceparent, traceIdOf } from "../../src/observe/trace-context.ts";

const good = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

test("a well-formed traceparent is kept, a later version's with its further fields too", () => {
  expect(toTraceparent(good)).toBe(good);
  const later = `cc-${good.slice(3)}-what-the-future-brings`;
  expect(toTraceparent(later)).toBe(later);
  expect(traceIdOf(good)).toBe("0af7651916cd43dd8448eb211c80319c");
});

test("anything else gives a new one, not sampled, each time another", () => {
  const bad = [
    null,
    "",
    good.toUpperCase(),
    good.replace("-01", ""),
    `${good}-more`,
    `${good} `,
    good.replace("00-", "ff-"),
    good.replace("0af7651916cd43dd8448eb211c80319c", "0".repeat(32)),
    good.replace("b7ad6b7169203331", "0".repeat(16)),
    `cc-${good.slice(3)}-${"x".repeat(300)}`,
  ];
  const made = bad.map((sent) => toTraceparent(sent));
  for (const one of made) expect(one).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-00$/);
  expect(new Set(made).size).toBe(made.length);
});

test("a request id is kept when it is a word of at most 64 characters, else a UUIDv7 that sorts by time", () => {
  expect(toRequestId("a_B-9")).toBe("a_B-9");
  expect(toRequestId("x".repeat(64))).toBe("x".repeat(64));
  for (const bad of [null, "", "x".repeat(65), "a b", "a\r\nb", "ä"]) {
    expect(toRequestId(bad)).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  }
});
