import { afterEach, expect, test } from "bun:test";
import { EventEmitter } from "node:events";
import { onStopSignal } from "../../../sdk/service/elysia/stop-signals.ts";
import { waitFor } from "../../support/wait-for.ts";

// What becomes of a process that nobody else ends is seen from outside, in service-processes.test.ts.
const others: (() => void)[] = [];
afterEach(() => {
  for (const other of others.splice(0)) process.removeListener("SIGTERM", other);
});

function listening(): string[] {
  const heard: string[] = [];
  const other = () => void heard.push("other");
  others.push(other);
  process.once("SIGTERM", other);
  return heard;
}

const actionsOf = (heard: string[]) => ({
  leave: async () => heard.push("leave"),
  stop: async () => heard.push("stop"),
});

test("where somebody else listens, even once, the service leaves and the rest is theirs", async () => {
  const before = process.listenerCount("SIGTERM");
  const heard = listening();
  const off = onStopSignal(actionsOf(heard));
  expect(process.listenerCount("SIGTERM")).toBe(before + 2);
  process.kill(process.pid, "SIGTERM");
  await waitFor("both", () => heard.length === 2);
  expect(heard).toEqual(["leave", "other"]);
  expect(process.listenerCount("SIGTERM")).toBe(before);
  off();
});

test("who stops listening hears nothing", async () => {
  const heard = listening();
  onStopSignal(actionsOf(heard))();
  process.kill(process.pid, "SIGTERM");
  await waitFor("the other", () => heard.length === 1);
  expect(heard).toEqual(["other"]);
});

test("where nobody else does, the service stops, and the signal is sent again to do what it does", async () => {
  const heard: string[] = [];
  // The test's own process would end.
  const kill = (pid: number, signal: string) => heard.push(`kill ${pid} ${signal}`);
  const own = Object.assign(new EventEmitter(), { pid: 7, kill });
  inPlaceOfProcess(own, () => onStopSignal(actionsOf(heard)));
  own.emit("SIGINT");
  own.emit("SIGINT");
  await waitFor("the signal", () => heard.length === 2);
  expect(heard).toEqual(["stop", "kill 7 SIGINT"]);
  expect(own.eventNames()).toEqual([]);
});

test("without a process there is nothing to listen to", () => {
  expect(inPlaceOfProcess(undefined, () => onStopSignal(actionsOf([]))())).toBeUndefined();
});

function inPlaceOfProcess<T>(value: unknown, run: () => T): T {
  const { process } = globalThis;
  try {
    Reflect.set(globalThis, "process", value);
    return run();
  } finally {
    Reflect.set(globalThis, "process", process);
  }
}
