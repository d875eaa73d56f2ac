import type { Clock } from "@isaas/gateway-sdk/plugin";
import type { Members } from "@isaas/gateway-sdk/store";
import type { SerialTable } from "./serial-table.ts";
import { parseSessionLabel } from "./session-record.ts";

const everyMs = 10_000;
/** In each table. Somebody who logs in all day must not fill every gateway's memory: the oldest sessions end. */
export const mostOfOneOwner = 20;

export interface SessionCleanerOptions {
  readonly tables: readonly SerialTable[];
  readonly members: Members;
  readonly clock: Clock;
}

/** Clears away sessions that are over, one table at a time. One gateway at a time does it. */
export class SessionCleaner {
  readonly #options: SessionCleanerOptions;
  #timer: ReturnType<typeof setInterval> | undefined;
  #turn = 0;

  constructor(options: SessionCleanerOptions) {
    this.#options = options;
  }

  start(): void {
    this.#timer = setInterval(() => {
      const table = this.#options.tables[this.#turn % this.#options.tables.length];
      this.#turn += 1;
      // While the store is away there is nothing to clear: the next turn will do.
      if (table !== undefined && this.#options.members.leading) void this.clean(table).catch(() => {});
    }, everyMs);
    this.#timer.unref();
  }

  close(): void {
    clearInterval(this.#timer);
  }

  async clean(table: SerialTable): Promise<void> {
    const nowMs = this.#options.clock.now();
    await table.change((entries) => {
      const over = new Map([...chooseOver(entries, nowMs)].map((family) => [family, undefined]));
      return { changes: over, result: undefined };
    });
  }
}

/** Families that are over, that no gateway has written, or that are too many of one owner. */
function* chooseOver(entries: ReadonlyMap<string, string>, nowMs: number): Iterable<string> {
  const byOwner = new Map<string, { readonly family: string; readonly expiresAtMs: number }[]>();
  for (const [family, text] of entries) {
    const label = parseSessionLabel(text);
    if (label === undefined || label.expiresAtMs <= nowMs) {
      yield family;
      continue;
    }
    const sessions = byOwner.get(label.owner) ?? [];
    sessions.push({ family, expiresAtMs: label.expiresAtMs });
    byOwner.set(label.owner, sessions);
  }
  for (const sessions of byOwner.values()) {
    const oldest = sessions.sort((a, b) => b.expiresAtMs - a.expiresAtMs).slice(mostOfOneOwner);
    for (const { family } of oldest) yield family;
  }
}
