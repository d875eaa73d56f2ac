import type { Clock, Log } from "@isaas/gateway-sdk/plugin";
import type { Store, Table } from "@isaas/gateway-sdk/store";

const tendMs = 5000;
/** Tokens count for half a minute after their end, and clocks differ. */
const graceMs = 60_000;

/** What has been revoked: one token, or all that come from one login. */
export type Revoked =
  { readonly kind: "token"; readonly id: string } | { readonly kind: "family"; readonly id: string };

export interface RevocationsOptions {
  readonly table: Table;
  readonly store: Pick<Store, "members" | "onAvailable">;
  readonly clock: Clock;
  readonly log: Log;
}

/** Tokens that ended before their time, on all gateways. */
export class Revocations {
  readonly #options: RevocationsOptions;
  /** Until when there could be such tokens, by id. */
  readonly #untilMs = { token: new Map<string, number>(), family: new Map<string, number>() };
  /** What the others do not know yet. */
  readonly #unsaved = new Map<string, string>();
  readonly #listeners: ((revoked: Revoked) => void)[] = [];
  #timer: ReturnType<typeof setInterval> | undefined;

  /** Made before the table is loaded, or after. */
  constructor(options: RevocationsOptions) {
    const { table, store } = options;
    this.#options = options;
    table.onChange((names) => this.#read(names));
    this.#read(table.entries.keys());
    store.onAvailable((available) => void (available && this.#save()));
  }

  start(): void {
    this.#timer ??= setInterval(() => void this.tend(), tendMs);
  }

  close(): void {
    clearInterval(this.#timer);
  }

  /** Here at once, everywhere when the promise resolves, or later if the store is away. Never rejects. */
  revoke(tokenId: string, expiresAtMs: number): Promise<void> {
    return this.#add({ kind: "token", id: tokenId }, expiresAtMs);
  }

  /** As `revoke`, for all tokens of a login; `untilMs` is when the last of them ends. */
  revokeFamily(family: string, untilMs: number): Promise<void> {
    return this.#add({ kind: "family", id: family }, untilMs);
  }

  isRevoked(tokenId: string, family: string | undefined): boolean {
    const { token, family: families } = this.#untilMs;
    return token.has(tokenId) || (family !== undefined && families.has(family));
  }

  /** Called once for each, whichever gateway it was revoked on; also for those that were loaded. */
  onRevoked(listener: (revoked: Revoked) => void): void {
    this.#listeners.push(listener);
  }

  /** Does what is due. Never rejects. */
  async tend(): Promise<void> {
    await this.#save();
    if (!this.#options.store.members.leading) return;
    const { table, clock } = this.#options;
    const overMs = clock.now() - graceMs;
    const over = [...table.entries].filter(([, untilMs]) => !(Number(untilMs) > overMs)).map(([name]) => name);
    // Away: the next turn tries again.
    if (over.length > 0) await table.put(new Map(over.map((name) => [name, undefined]))).catch(() => {});
  }

  async #add(revoked: Revoked, untilMs: number): Promise<void> {
    const { kind, id } = revoked;
    if ((this.#untilMs[kind].get(id) ?? -Infinity) >= untilMs) return;
    this.#unsaved.set(`${kind} ${id}`, String(untilMs));
    this.#learn(revoked, untilMs);
    await this.#save();
  }

  #learn(revoked: Revoked, untilMs: number): void {
    const { kind, id } = revoked;
    const isNews = !this.#untilMs[kind].has(id);
    this.#untilMs[kind].set(id, untilMs);
    if (!isNews) return;
    for (const listener of this.#listeners) {
      try {
        listener(revoked);
      } catch (error) {
        this.#options.log.error({ error: String(error) }, "a listener of revocations failed");
      }
    }
  }

  #read(names: Iterable<string>): void {
    for (const name of names) {
      const revoked = parseName(name);
      if (revoked === undefined) continue;
      const text = this.#options.table.entries.get(name) ?? this.#unsaved.get(name);
      if (text === undefined) this.#untilMs[revoked.kind].delete(revoked.id);
      else this.#learn(revoked, Number(text));
    }
  }

  async #save(): Promise<void> {
    if (this.#unsaved.size === 0) return;
    const entries = new Map(this.#unsaved);
    try {
      await this.#options.table.put(entries);
    } catch {
      return;
    }
    for (const [name, text] of entries) if (this.#unsaved.get(name) === text) this.#unsaved.delete(name);
  }
}

function parseName(name: string): Revoked | undefined {
  const end = name.indexOf(" ");
  const [kind, id] = [name.slice(0, end), name.slice(end + 1)];
  return kind === "token" || kind === "family" ? { kind, id } : undefined;
}
