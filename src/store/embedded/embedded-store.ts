import type { Changes, TableOptions } from "@isaas/gateway-sdk/store";
import type { OpenableStore, StoreHost } from "../openable-store.ts";
import { DataWriter } from "./data-writer.ts";
import { EmbeddedAttempts } from "./embedded-attempts.ts";
import { EmbeddedBuckets } from "./embedded-buckets.ts";
import { EmbeddedLeases } from "./embedded-leases.ts";
import { EmbeddedTable } from "./embedded-table.ts";
import { openDataFile } from "./open-data-file.ts";
import { SoleMember } from "./sole-member.ts";

/** The store of a gateway that stands alone: in memory, its tables also in a data directory when it has one. */
export class EmbeddedStore implements OpenableStore {
  readonly kind = "embedded";
  readonly available = true;
  readonly degraded = false;
  readonly members = new SoleMember();
  readonly #dataDir: string | undefined;
  readonly #host: StoreHost;
  readonly #tables = new Map<string, EmbeddedTable>();
  /** Tables of which nothing is written. */
  readonly #passing = new Map<string, EmbeddedTable>();
  readonly #leases = new Map<string, EmbeddedLeases>();
  readonly #attempts = new Map<string, EmbeddedAttempts>();
  readonly #buckets = new Map<string, EmbeddedBuckets>();
  #writer: DataWriter | undefined;

  constructor(dataDir: string | undefined, host: StoreHost) {
    this.#dataDir = dataDir;
    this.#host = host;
  }

  table(name: string, { durable = true }: TableOptions = {}): EmbeddedTable {
    let table = this.#tables.get(name) ?? this.#passing.get(name);
    if (table !== undefined) return table;
    const save = async (changes: Changes): Promise<void> => this.#writer?.write(name, changes);
    table = new EmbeddedTable(this.#host.log, durable ? save : async () => {});
    (durable ? this.#tables : this.#passing).set(name, table);
    if (durable && this.#writer !== undefined) table.load(this.#writer.read(name));
    return table;
  }

  leases(name: string): EmbeddedLeases {
    const leases = this.#leases.get(name) ?? new EmbeddedLeases(this.#host.clock);
    this.#leases.set(name, leases);
    return leases;
  }

  attempts(name: string): EmbeddedAttempts {
    const attempts = this.#attempts.get(name) ?? new EmbeddedAttempts(this.#host.clock);
    this.#attempts.set(name, attempts);
    return attempts;
  }

  buckets(name: string): EmbeddedBuckets {
    const buckets = this.#buckets.get(name) ?? new EmbeddedBuckets(this.#host.clock);
    this.#buckets.set(name, buckets);
    return buckets;
  }

  onAvailable(): void {
    // It never changes.
  }

  async open(): Promise<void> {
    if (this.#dataDir === undefined || this.#writer !== undefined) return;
    this.#writer = new DataWriter(openDataFile(this.#dataDir, this.#host), this.#host.log);
    for (const [name, table] of this.#tables) table.load(this.#writer.read(name));
  }

  async close(): Promise<void> {
    this.#writer?.close();
  }
}
