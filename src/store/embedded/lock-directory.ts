import { Database } from "bun:sqlite";
import { join } from "node:path";

/**
 * Keeps a second gateway out of a data directory, also while a damaged file in it is set aside. The lock is one on an empty
 * SQLite file, since it dies with the process, however that ends. Throws SQLite's own error when somebody has it.
 */
export function lockDirectory(directory: string): () => void {
  const lock = new Database(join(directory, "gateway.lock"));
  try {
    lock.run("BEGIN EXCLUSIVE");
  } catch (error) {
    lock.close();
    throw error;
  }
  return () => lock.close();
}
