import { timedOut } from "./call-failure.ts";
import type { Stopper } from "./closing.ts";

/** Aborts when one of the given signals does, or when the time is over. */
export interface CallSignal {
  readonly signal: AbortSignal;
  /** The time no longer counts. */
  stopClock(): void;
  /** Nobody listens any more. */
  release(): void;
}

export function callSignal(outer: readonly (Stopper | null | undefined)[], timeoutMs: number): CallSignal {
  const controller = new AbortController();
  const timer = timeoutMs > 0 ? setTimeout(() => controller.abort(timedOut(timeoutMs)), clampMs(timeoutMs)) : undefined;
  const links = outer
    .filter((signal) => signal !== null && signal !== undefined)
    .map((signal) => ({ signal, abort: () => controller.abort(signal.reason) }));
  for (const { signal, abort } of links) {
    if (signal.aborted) abort();
    else signal.addEventListener("abort", abort, { once: true });
  }
  const stopClock = (): void => clearTimeout(timer);
  return {
    signal: controller.signal,
    stopClock,
    release() {
      stopClock();
      for (const { signal, abort } of links) signal.removeEventListener("abort", abort);
    },
  };
}

/** Timers count in 31 bits; what is longer would be over at once. */
function clampMs(ms: number): number {
  return Math.min(ms, 2 ** 31 - 1);
}

/** Rejects with the signal's reason. */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  return abortable(signal, (resolve) => {
    const timer = setTimeout(resolve, clampMs(ms));
    return () => clearTimeout(timer);
  });
}

/** What somebody else does, for as long as this signal allows. */
export function whileWanted<Value>(promise: Promise<Value>, signal: AbortSignal): Promise<Value> {
  return abortable(signal, (resolve, reject) => {
    promise.then(resolve, reject);
    return () => {};
  });
}

/** `start` returns how to give up. */
export function abortable<Value>(
  signal: AbortSignal,
  start: (resolve: (value: Value) => void, reject: (reason: unknown) => void) => () => void,
): Promise<Value> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) {
      reject(signal.reason);
      return;
    }
    const settle =
      <Args extends readonly unknown[]>(how: (...args: Args) => void) =>
      (...args: Args): void => {
        signal.removeEventListener("abort", abort);
        how(...args);
      };
    const giveUp = start(settle(resolve), settle(reject));
    const abort = (): void => {
      giveUp();
      reject(signal.reason);
    };
    signal.addEventListener("abort", abort, { once: true });
  });
}
