import { randomBytes } from "node:crypto";
import { type Store, StoreAwayError, type Table } from "@isaas/gateway-sdk/store";

const entry = "key";

/**
 * The secret by which all gateways name their buckets: whoever comes first makes it. While there is none yet and the store
 * is away, each gateway goes on with one of its own.
 */
export class SharedKey {
  readonly #table: Table;
  readonly #use: (key: Uint8Array) => void;
  #used = "";

  constructor(store: Store, use: (key: Uint8Array) => void) {
    this.#table = store.table("limits");
    this.#use = use;
    this.#table.onChange(() => void this.#read());
    store.onAvailable((available) => void (available && this.start()));
  }

  /** When the store is loaded. */
  async start(): Promise<void> {
    while (!this.#read()) {
      try {
        await this.#table.commit(new Map([[entry, randomBytes(32).toString("hex")]]), this.#table.version);
      } catch (error) {
        if (!(error instanceof StoreAwayError)) throw error;
        return;
      }
    }
  }

  #read(): boolean {
    const text = this.#table.entries.get(entry) ?? "";
    if (!/^[0-9a-f]{64}$/.test(text)) return false;
    if (text !== this.#used) this.#use(Buffer.from(text, "hex"));
    this.#used = text;
    return true;
  }
}
