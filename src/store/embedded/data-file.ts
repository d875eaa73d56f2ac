import { Database, type Statement } from "bun:sqlite";
import type { Changes } from "@isaas/gateway-sdk/store";

/** Thrown for a file that is a database, but not a sound one. */
export class TornFileError extends Error {}

/**
 * All tables in one SQLite file. Its write-ahead log makes a write whole or undone whenever the process dies.
 */
export class DataFile {
  readonly #database: Database;
  readonly #closed: () => void;
  readonly #read: Statement<[string, string], [string]>;
  readonly #write: (changes: ReadonlyMap<string, Changes>) => void;

  /** Throws a TornFileError or SQLite's own error. `closed` is called at its end. */
  constructor(path: string, closed: () => void) {
    this.#closed = closed;
    const database = new Database(path);
    try {
      // In this order: the log then needs no shared memory beside it.
      database.run("PRAGMA locking_mode = EXCLUSIVE");
      database.run("PRAGMA journal_mode = WAL");
      // Survives the end of the process without waiting for the disk; the end of the machine may cost the last moments.
      database.run("PRAGMA synchronous = NORMAL");
      const [report] = database.query<[string], []>("PRAGMA quick_check(1)").values();
      if (report?.[0] !== "ok") throw new TornFileError("the data file is damaged");
      database.run(
        `CREATE TABLE IF NOT EXISTS entries (
          table_name TEXT NOT NULL, key TEXT NOT NULL, text TEXT NOT NULL, PRIMARY KEY (table_name, key)
        ) STRICT, WITHOUT ROWID`,
      );
      this.#read = database.query("SELECT key, text FROM entries WHERE table_name = ?");
      this.#write = prepareWrite(database);
      this.#database = database;
    } catch (error) {
      database.close();
      throw error;
    }
  }

  read(table: string): ReadonlyMap<string, string> {
    return new Map(this.#read.values(table) as [string, string][]);
  }

  /** Writes the changes of all these tables or none. */
  write(changes: ReadonlyMap<string, Changes>): void {
    this.#write(changes);
  }

  close(): void {
    // Statements made by query end with it; one made by prepare would keep the lock.
    this.#database.close();
    this.#closed();
  }
}

function prepareWrite(database: Database): (changes: ReadonlyMap<string, Changes>) => void {
  const set = database.query(
    "INSERT INTO entries (table_name, key, text) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET text = excluded.text",
  );
  const remove = database.query("DELETE FROM entries WHERE table_name = ? AND key = ?");
  return database.transaction((tables: ReadonlyMap<string, Changes>) => {
    for (const [table, changes] of tables) {
      for (const [key, text] of changes) {
        if (text === undefined) remove.run(table, key);
        else set.run(table, key, text);
      }
    }
  });
}
