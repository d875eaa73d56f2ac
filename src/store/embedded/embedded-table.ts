import type { Log } from "@isaas/gateway-sdk/plugin";
import type { Changes, Table } from "@isaas/gateway-sdk/store";
import { Replica } from "../replica.ts";

/** A table that only this gateway has, in memory and, where there is a data file, also there. */
export class EmbeddedTable extends Replica implements Table {
  readonly #save: (changes: Changes) => Promise<void>;

  constructor(log: Log, save: (changes: Changes) => Promise<void>) {
    super(log);
    this.#save = save;
  }

  load(entries: ReadonlyMap<string, string>): void {
    this.replace(entries);
  }

  async commit(changes: Changes, base: number): Promise<boolean> {
    if (base !== this.version) return false;
    await this.put(changes);
    return true;
  }

  async put(changes: Changes): Promise<void> {
    this.apply(changes);
    await this.#save(changes);
  }
}
