import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock } from "../../src/clock.ts";
import { createStore } from "../../src/store/create-store.ts";
import type { OpenableStore, StoreSettings } from "../../src/store/openable-store.ts";
import { listeningLog, type ListeningLog } from "./listening-log.ts";

const nothing: StoreSettings = { redisUrl: undefined, redisPrefix: "gw:", dataDir: undefined };

export interface Opened {
  readonly store: OpenableStore;
  readonly log: ListeningLog;
}

/** A store that is not open yet. */
export function newStore(settings: Partial<StoreSettings> = {}, clock = systemClock): Opened {
  const log = listeningLog();
  return { store: createStore({ ...nothing, ...settings }, { clock, log }), log };
}

export function newDirectory(): { readonly path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), "store-"));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

export const changes = (entries: Record<string, string | undefined>): Map<string, string | undefined> =>
  new Map(Object.entries(entries));
