import type { Log } from "@isaas/gateway-sdk/plugin";
import { describeError } from "../observe/describe-error.ts";

/** Those who want to hear of something. One that throws is logged and keeps nobody else from hearing. */
export class Listeners<Arguments extends readonly unknown[] = []> {
  readonly #log: Log;
  readonly #listeners: ((...args: Arguments) => void)[] = [];

  constructor(log: Log) {
    this.#log = log;
  }

  add(listener: (...args: Arguments) => void): void {
    this.#listeners.push(listener);
  }

  call(...args: Arguments): void {
    for (const listener of this.#listeners) {
      try {
        listener(...args);
      } catch (error) {
        this.#log.error({ error: describeError(error) }, "a listener of the store failed");
      }
    }
  }
}
