import { type Changes, type Store, StoreAwayError, type Table } from "@isaas/gateway-sdk/store";
import { notNow } from "./refusals.ts";
import { Unanswered } from "./unanswered.ts";

/** Each gateway that writes in between costs one more try; so many do not write at once. */
const mostTries = 50;

export interface Decision<T> {
  readonly changes: Changes;
  readonly result: T;
}

/**
 * A table in which every change is decided on the newest entries. Those of one gateway do not get into each other's way.
 * Whoever was refused because the store was away can try again: what became of it after all is taken back.
 */
export class SerialTable {
  readonly #table: Table;
  readonly #store: Pick<Store, "available">;
  readonly #unanswered = new Unanswered();
  #last: Promise<unknown> = Promise.resolve();

  constructor(table: Table, store: Pick<Store, "available" | "onAvailable">) {
    this.#table = table;
    this.#store = store;
    // Before somebody tries again at another gateway; if it fails, the next change does it.
    store.onAvailable((available) => void (available && this.change(takeBack).catch(() => {})));
  }

  get entries(): ReadonlyMap<string, string> {
    return this.#table.entries;
  }

  /** `decide` may be called again, when somebody wrote meanwhile. Rejects with SERVICE_UNAVAILABLE without the store. */
  change<T>(decide: (entries: ReadonlyMap<string, string>) => Decision<T>): Promise<T> {
    const change = this.#last.then(() => this.#commit(decide));
    this.#last = change.catch(() => {});
    return change;
  }

  async #commit<T>(decide: (entries: ReadonlyMap<string, string>) => Decision<T>): Promise<T> {
    if (!this.#store.available) throw away();
    for (let tries = 0; tries < mostTries; tries += 1) {
      const base = this.#table.version;
      const undone = this.#unanswered.undo(this.#table.entries);
      const entries = patch(this.#table.entries, undone);
      const { changes, result } = decide(entries);
      if (await this.#write(new Map([...undone, ...changes]), base, entries)) return result;
    }
    throw notNow("Too many sessions change at once: try again soon.");
  }

  async #write(changes: Changes, base: number, before: ReadonlyMap<string, string>): Promise<boolean> {
    if (changes.size === 0) return true;
    try {
      const isDone = await this.#table.commit(changes, base);
      if (isDone) this.#unanswered.clear();
      return isDone;
    } catch (cause) {
      if (!(cause instanceof StoreAwayError)) throw cause;
      this.#unanswered.add(changes, before);
      throw away(cause);
    }
  }
}

const takeBack = (): Decision<undefined> => ({ changes: new Map(), result: undefined });

function patch(entries: ReadonlyMap<string, string>, changes: Changes): ReadonlyMap<string, string> {
  if (changes.size === 0) return entries;
  const patched = new Map(entries);
  for (const [key, text] of changes) {
    if (text === undefined) patched.delete(key);
    else patched.set(key, text);
  }
  return patched;
}

function away(cause?: unknown) {
  return notNow("The shared store is away: sessions cannot be changed now.", { cause });
}
