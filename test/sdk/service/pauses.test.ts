import { expect, test } from "bun:test";
import { heartbeatPause, Pause, pauseAfter } from "../../../sdk/service/pauses.ts";
import { RegistryError } from "../../../sdk/service/registry-error.ts";

const away = new RegistryError("UNREACHABLE", { message: "no answer" });
const refused = new RegistryError("CONFLICT", { message: "no", status: 409 });
const busy = (retryAfterMs: number) => new RegistryError("RATE_LIMIT", { message: "later", status: 429, retryAfterMs });

test("a gateway that is away is asked again at random within a time that doubles up to ten seconds", () => {
  expect([1, 2, 3, 4].map((failures) => pauseAfter(away, failures, 1))).toEqual([1000, 2000, 4000, 8000]);
  expect([5, 50, 5000].map((failures) => pauseAfter(away, failures, 1))).toEqual([10_000, 10_000, 10_000]);
  expect(pauseAfter(away, 3, 0)).toBe(0);
  expect(pauseAfter(away, 3, 0.25)).toBe(1000);
});

test("a refusal is asked again after half a minute to a minute", () => {
  expect([0, 1].map((random) => pauseAfter(refused, 1, random))).toEqual([30_000, 60_000]);
});

test("never before the gateway said, and not all at that moment; but no gateway is obeyed for ever", () => {
  expect([0, 1].map((random) => pauseAfter(busy(20_000), 1, random))).toEqual([20_000, 22_000]);
  expect(pauseAfter(busy(10), 2, 1)).toBe(2000);
  expect(pauseAfter(busy(1e12), 1, 0)).toBe(300_000);
});

test("what is nobody's fault is no refusal", () => {
  const isRefusal = (status: number) => new RegistryError("UNEXPECTED_ANSWER", { message: "", status }).isRefusal;
  expect([400, 401, 403, 404, 409, 413].map(isRefusal)).toEqual(Array.from({ length: 6 }, () => true));
  expect([200, 302, 408, 425, 429, 500, 503].map(isRefusal)).toEqual(Array.from({ length: 7 }, () => false));
  expect(away.isRefusal).toBe(false);
});

test("heartbeats come up to a fifth early, never late", () => {
  expect([0, 0.5, 1].map((random) => heartbeatPause(10, random))).toEqual([10_000, 9000, 8000]);
});

test("a pause can be cut short, and ending none does nothing", async () => {
  const pause = new Pause();
  pause.end();
  const startMs = performance.now();
  const taken = pause.take(60_000);
  pause.end();
  await taken;
  await pause.take(1);
  expect(performance.now() - startMs).toBeLessThan(5000);
});
