import type { Log } from "@isaas/gateway-sdk/plugin";
import type { Changes } from "@isaas/gateway-sdk/store";
import { describeError } from "../../observe/describe-error.ts";
import type { DataFile } from "./data-file.ts";

const retryMs = 500;

/**
 * Brings changes to the data file: those of one turn of the event loop in one transaction. While the disk refuses them
 * they are kept in memory and tried again, so that a full disk costs nothing once it has room again.
 */
export class DataWriter {
  readonly #file: DataFile;
  readonly #log: Log;
  /** By table, not yet in the file. */
  readonly #pending = new Map<string, Map<string, string | undefined>>();
  #turn: Promise<void> | undefined;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #closed = false;

  constructor(file: DataFile, log: Log) {
    this.#file = file;
    this.#log = log;
  }

  read(table: string): ReadonlyMap<string, string> {
    return this.#file.read(table);
  }

  /** Resolves when the file has the changes, at once while the disk refuses them. */
  async write(table: string, changes: Changes): Promise<void> {
    if (this.#closed || changes.size === 0) return;
    const pending = this.#pending.get(table) ?? new Map<string, string | undefined>();
    for (const [key, text] of changes) pending.set(key, text);
    this.#pending.set(table, pending);
    if (this.#retry !== undefined) return;
    this.#turn ??= new Promise((resolve) => {
      setImmediate(() => {
        this.#turn = undefined;
        this.#flush();
        resolve();
      });
    });
    await this.#turn;
  }

  close(): void {
    if (this.#closed) return;
    clearTimeout(this.#retry);
    this.#flush();
    this.#closed = true;
    clearTimeout(this.#retry);
    this.#file.close();
  }

  #flush(): void {
    if (this.#closed || this.#pending.size === 0) return;
    const wasFailing = this.#retry !== undefined;
    try {
      this.#file.write(this.#pending);
      this.#pending.clear();
      this.#retry = undefined;
      if (wasFailing) this.#log.info({}, "the data file can be written again and has everything");
    } catch (error) {
      this.#retry = setTimeout(() => this.#flush(), retryMs);
      if (!wasFailing) {
        this.#log.error(
          { error: describeError(error) },
          "the data file cannot be written: the gateway goes on from memory and tries again",
        );
      }
    }
  }
}
