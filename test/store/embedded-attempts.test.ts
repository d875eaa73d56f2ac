import { expect, test } from "bun:test";
import { EmbeddedAttempts } from "../../src/store/embedded/embedded-attempts.ts";
import { createManualClock } from "../support/manual-clock.ts";

test("those that are forgotten are cleared away, and those that are not still count", async () => {
  const clock = createManualClock();
  const attempts = new EmbeddedAttempts(clock);
  const brief = { free: 1, firstWaitMs: 10, longestWaitMs: 10, forgetMs: 10 };
  const long = { free: 1, firstWaitMs: 60_000, longestWaitMs: 60_000, forgetMs: 60_000 };
  await attempts.take("ada", long);
  for (let index = 0; index < 10_001; index += 1) await attempts.take(`stranger ${index}`, brief);
  clock.pass(1000);
  expect(await attempts.take("bob", brief)).toBe(0);
  expect(await attempts.take("ada", long)).toBeGreaterThan(0);
  await attempts.giveBack("nobody");
  await attempts.forget("ada");
  expect(await attempts.take("ada", long)).toBe(0);
});
