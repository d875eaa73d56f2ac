import type { Log } from "@isaas/gateway-sdk/plugin";
import { Listeners } from "../listeners.ts";

/** Whether the shared store can be used: logged once when that changes, however often it is found so. */
export class Availability {
  readonly #log: Log;
  readonly #listeners: Listeners<[boolean]>;
  #available = false;
  #warned = false;

  constructor(log: Log) {
    this.#log = log;
    this.#listeners = new Listeners(log);
  }

  get available(): boolean {
    return this.#available;
  }

  onChange(listener: (available: boolean) => void): void {
    this.#listeners.add(listener);
  }

  back(): void {
    if (this.#available) return;
    if (this.#warned) this.#log.info({}, "the shared store is back");
    this.#warned = false;
    this.#available = true;
    this.#listeners.call(true);
  }

  away(reason: string): void {
    if (!this.#warned) this.#log.warn({ reason }, "the shared store is away: this gateway goes on alone");
    this.#warned = true;
    if (!this.#available) return;
    this.#available = false;
    this.#listeners.call(false);
  }
}
