import { closeSync, existsSync, mkdirSync, openSync, readSync, renameSync, statSync } from "node:fs";
import { join } from "node:path";
import type { StoreHost } from "../openable-store.ts";
import { DataFile } from "./data-file.ts";
import { lockDirectory } from "./lock-directory.ts";

/**
 * Opens the data file in this directory, making both when missing. A file that cannot be read is set aside, with one
 * warning, and an empty one takes its place. Throws an Error when the directory cannot be used, or another gateway uses it.
 */
export function openDataFile(directory: string, host: StoreHost): DataFile {
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    const unlock = lockDirectory(directory);
    try {
      return openLocked(join(directory, "gateway.db"), unlock, host);
    } catch (error) {
      unlock();
      throw error;
    }
  } catch (error) {
    if (isBusy(error)) {
      throw new Error("data_dir: wanted a directory of its own, got one that another gateway uses", { cause: error });
    }
    if (!isUnwritable(error)) throw error;
    const message = `data_dir: wanted a directory that can be written, got one that cannot (${codeOf(error)})`;
    throw new Error(message, { cause: error });
  }
}

function openLocked(path: string, unlock: () => void, host: StoreHost): DataFile {
  if (hasForeignLog(path)) setAside(path, ["-wal"], "the last changes before the gateway ended", host);
  if (!isStub(path)) {
    try {
      return openOrCreate(path, unlock);
    } catch (error) {
      if (isBusy(error) || isUnwritable(error)) throw error;
    }
  }
  setAside(path, ["", "-wal", "-shm", "-journal"], "all that the gateway had kept, such as registered services", host);
  return openOrCreate(path, unlock);
}

function openOrCreate(path: string, unlock: () => void): DataFile {
  // SQLite would make it readable for all.
  if (!existsSync(path)) closeSync(openSync(path, "wx", 0o600));
  return new DataFile(path, unlock);
}

function setAside(path: string, parts: readonly string[], lost: string, host: StoreHost): void {
  const time = new Date(host.clock.now()).toISOString().replaceAll(/[-:.]/g, "");
  const [aside = "", ...rest] = parts
    .filter((part) => existsSync(path + part))
    .map((part) => {
      renameSync(path + part, `${path}.torn-${time}${part}`);
      return `${path}.torn-${time}${part}`;
    });
  host.log.warn({ file: aside, beside: rest, lost }, "a data file was damaged and is set aside");
}

/** SQLite takes a file without one page for a new one, and would lose silently what was there. */
function isStub(path: string): boolean {
  const smallestPage = 512;
  return (statSync(path, { throwIfNoEntry: false })?.size ?? smallestPage) < smallestPage;
}

/** SQLite ignores a write-ahead log that does not begin like one, and would lose silently what was there. */
function hasForeignLog(path: string): boolean {
  const log = `${path}-wal`;
  if ((statSync(log, { throwIfNoEntry: false })?.size ?? 0) < 4) return false;
  const start = Buffer.alloc(4);
  const descriptor = openSync(log, "r");
  readSync(descriptor, start, 0, 4, 0);
  closeSync(descriptor);
  // The two magic numbers of https://www.sqlite.org/fileformat2.html#the_write_ahead_log
  return ![0x377f0682, 0x377f0683].includes(start.readUInt32BE(0));
}

function isBusy(error: unknown): boolean {
  return /^SQLITE_(?:BUSY|LOCKED)/.test(codeOf(error));
}

/** What the disk or its rights are to blame for; all else is the file's own trouble. */
function isUnwritable(error: unknown): boolean {
  return /^(?:E[A-Z]+$|SQLITE_(?:CANTOPEN|READONLY|PERM|IOERR|FULL|AUTH|NOLFS))/.test(codeOf(error));
}

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : "";
}
