import type { Log } from "@isaas/gateway-sdk/plugin";
import type { Changes } from "@isaas/gateway-sdk/store";
import { Listeners } from "./listeners.ts";

/** This gateway's copy of a table. */
export class Replica {
  readonly #entries = new Map<string, string>();
  readonly #listeners: Listeners<[ReadonlySet<string>]>;
  #version = 0;

  constructor(log: Log) {
    this.#listeners = new Listeners(log);
  }

  get entries(): ReadonlyMap<string, string> {
    return this.#entries;
  }

  get version(): number {
    return this.#version;
  }

  onChange(listener: (keys: ReadonlySet<string>) => void): void {
    this.#listeners.add(listener);
  }

  protected apply(changes: Changes): void {
    if (changes.size === 0) return;
    for (const [key, text] of changes) {
      if (text === undefined) this.#entries.delete(key);
      else this.#entries.set(key, text);
    }
    this.#version += 1;
    this.#listeners.call(new Set(changes.keys()));
  }

  /** Makes the copy equal to these entries; only what differs counts as a change. */
  protected replace(entries: ReadonlyMap<string, string>): void {
    const changes = new Map<string, string | undefined>();
    for (const key of this.#entries.keys()) if (!entries.has(key)) changes.set(key, undefined);
    for (const [key, text] of entries) if (this.#entries.get(key) !== text) changes.set(key, text);
    this.apply(changes);
  }
}
