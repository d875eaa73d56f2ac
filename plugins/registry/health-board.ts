import type { Log } from "@isaas/gateway-sdk/plugin";
import type { Table } from "@isaas/gateway-sdk/store";
import { Type } from "typebox";
import { Compile } from "typebox/compile";
import { afterCheck, type Check, type Health, type Thresholds, unchecked } from "./health.ts";
import { serviceOf } from "./record.ts";

/** Results are collected for so long before the other gateways hear of them. */
const flushMs = 50;
/** How long whoever checks now may take to tell everything. */
const tellingMs = 1000;

const stored = Compile(
  Type.Object({
    status: Type.Enum(["starting", "healthy", "unhealthy", "failed"]),
    address: Type.Optional(Type.String({ maxLength: 64 })),
    streak: Type.Integer(),
    checks: Type.Array(
      Type.Object({
        at: Type.String({ maxLength: 40 }),
        ok: Type.Boolean(),
        reason: Type.String({ maxLength: 100 }),
        took_ms: Type.Number(),
      }),
      { maxItems: 10 },
    ),
  }),
);

export interface HealthBoardOptions {
  readonly table: Table;
  /** Whether this gateway is the one that checks: then what it saw counts, and not what the table says. */
  readonly isChecking: () => boolean;
  readonly thresholds: Thresholds;
  readonly log: Log;
  /** Called when an instance may take requests that could not, or the other way round, or is to be found elsewhere. */
  readonly onTurn: (keys: readonly string[]) => void;
}

/** How every instance is, by the checks of the one gateway that makes them; the others hear of it through the store. */
export class HealthBoard {
  readonly #options: HealthBoardOptions;
  readonly #healths = new Map<string, Health>();
  readonly #untold = new Set<string>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #followTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(options: HealthBoardOptions) {
    this.#options = options;
  }

  /** `trusted`: somebody has been checking, so that what the table says is true now. */
  start(trusted: boolean): void {
    const { table, isChecking } = this.#options;
    table.onChange((keys) => {
      if (!isChecking()) this.#hear([...keys]);
    });
    if (trusted) this.#hear([...table.entries.keys()]);
    else for (const key of table.entries.keys()) this.#tellSoon(key);
  }

  of(key: string): Health {
    return this.#healths.get(key) ?? unchecked;
  }

  /** Takes one more check into account. */
  take(key: string, check: Check): void {
    const before = this.of(key);
    const after = afterCheck(before, check, this.#options.thresholds);
    this.#set(key, before, after, check.reason);
    this.#tellSoon(key);
  }

  /** As if it had never been checked. */
  reset(key: string): void {
    if (!this.#healths.delete(key)) return;
    if (this.#options.isChecking()) this.#tellSoon(key);
  }

  /** Tells the others everything, after they could not hear it. */
  tellAll(): void {
    for (const key of this.#healths.keys()) this.#tellSoon(key);
  }

  /**
   * Another gateway checks from now on: what it found counts, also what it found before this one heard of it. Not at
   * once: after the store was away the table is as old as that, until it has told what it knows.
   */
  follow(): void {
    const { table, isChecking } = this.#options;
    clearTimeout(this.#followTimer);
    this.#followTimer = setTimeout(() => {
      if (!isChecking()) this.#hear([...table.entries.keys()]);
    }, tellingMs);
    this.#followTimer.unref();
  }

  close(): void {
    clearTimeout(this.#timer);
    clearTimeout(this.#followTimer);
    this.#timer = undefined;
  }

  #hear(keys: readonly string[]): void {
    for (const key of keys) {
      const before = this.of(key);
      const health = parse(this.#options.table.entries.get(key));
      if (health !== undefined) this.#set(key, before, health, health.checks[0]?.reason ?? "");
      else if (this.#healths.delete(key) && before.status !== unchecked.status) this.#options.onTurn([key]);
    }
  }

  #set(key: string, before: Health, after: Health, reason: string): void {
    this.#healths.set(key, after);
    const { log, onTurn } = this.#options;
    if (before.status !== after.status) {
      const id = key.slice(key.indexOf("/") + 1);
      const fields = { service: serviceOf(key), instance: id, from: before.status, to: after.status, reason };
      log.info(fields, "instance status");
    }
    if (before.status !== after.status || before.address !== after.address) onTurn([key]);
  }

  #tellSoon(key: string): void {
    this.#untold.add(key);
    this.#timer ??= setTimeout(() => void this.#tell(), flushMs);
    this.#timer.unref();
  }

  async #tell(): Promise<void> {
    this.#timer = undefined;
    const keys = [...this.#untold];
    this.#untold.clear();
    // Another gateway checks by now and knows better: this one may have been stopped in between.
    if (!this.#options.isChecking()) return;
    const changes = new Map(keys.map((key) => [key, this.#textOf(key)]));
    try {
      await this.#options.table.put(changes);
    } catch {
      // The store is away. Once it is back, everything is told.
    }
  }

  #textOf(key: string): string | undefined {
    const health = this.#healths.get(key);
    return health === undefined ? undefined : JSON.stringify(health);
  }
}

function parse(text: string | undefined): Health | undefined {
  if (text === undefined) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return stored.Check(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
