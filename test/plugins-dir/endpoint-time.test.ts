import { expect, test } from "bun:test";
import { GatewayError } from "@isaas/gateway-sdk/errors";
import type { Exchange } from "@isaas/gateway-sdk/plugin";
import { PluginFault } from "../../src/pipeline/plugin-fault.ts";
import { answerInTime } from "../../src/plugins-dir/endpoint-time.ts";
import type { GuestWatch } from "../../src/plugins-dir/guest-watch.ts";

const exchange = { requestId: "r" } as Exchange;
const notes: unknown[] = [];
const watch = {
  enter: () => {},
  note: (kind: string, cause: Error, id: string) => void notes.push([kind, cause.message, id]),
} as unknown as GuestWatch;

test("an answer that does not begin in time is a fault of the endpoint", async () => {
  const never = answerInTime(watch, exchange, () => new Promise<Response>(() => {}), 10);
  await expect(never).rejects.toBeInstanceOf(PluginFault);
  expect(notes).toEqual([["endpoint", "no answer within 10 ms", "r"]]);
});

test("one that comes, and one that is refused, are none", async () => {
  notes.length = 0;
  const answer = new Response("well");
  expect(await answerInTime(watch, exchange, async () => answer, 1000)).toBe(answer);
  const refusal = new GatewayError("CONFLICT", { message: "Taken.", details: { owner: "a" } });
  await expect(answerInTime(watch, exchange, () => Promise.reject(refusal), 1000)).rejects.toBe(refusal);
  expect(notes).toEqual([]);
});
