import type { Log } from "@isaas/gateway-sdk/plugin";
import type { Store } from "@isaas/gateway-sdk/store";
import type { Catalogue } from "./catalogue.ts";
import type { Checker } from "./checker.ts";
import type { Documents } from "./documents.ts";
import type { Check } from "./health.ts";
import type { HealthBoard } from "./health-board.ts";
import type { InFlightTold } from "./in-flight-told.ts";
import type { NameWatch } from "./name-watch.ts";
import type { Publisher } from "./publisher.ts";
import { type InstanceRecord, serviceOf } from "./record.ts";
import type { Sweeper } from "./sweeper.ts";

const tickMs = 1000;

export interface WatchOptions {
  readonly store: Store;
  readonly catalogue: Catalogue;
  readonly board: HealthBoard;
  readonly checker: Checker;
  readonly publisher: Publisher;
  readonly documents: Documents;
  readonly sweeper: Sweeper;
  readonly names: NameWatch;
  readonly told: InFlightTold;
  readonly log: Log;
}

/**
 * Keeps everything in step: what is registered is published, and on the gateway that leads also checked and swept.
 * While the store is away every gateway leads itself.
 */
export class Watch {
  readonly #options: WatchOptions;
  readonly #followed = new Map<string, InstanceRecord>();
  #leading = false;
  #closed = false;
  #timer: ReturnType<typeof setInterval> | undefined;

  constructor(options: WatchOptions) {
    this.#options = options;
  }

  start(): void {
    const { store, board, catalogue, documents, sweeper } = this.#options;
    const alone = store.members.all.length === 1;
    this.#leading = store.members.leading;
    // What a store kept while nobody was checking is no news.
    board.start(!alone);
    if (alone) sweeper.wasDeaf();
    documents.start();
    catalogue.start((keys) => this.#onRecords(keys));
    store.members.onChange(() => this.#onMembers());
    store.onAvailable((available) => {
      if (!available) return;
      sweeper.wasDeaf();
      if (store.members.leading) board.tellAll();
    });
    this.#timer = setInterval(() => void this.#tick(), tickMs);
    this.#timer.unref();
  }

  /** Instances that may take requests and could not before, or the other way round. */
  onTurn(keys: readonly string[]): void {
    for (const service of new Set(keys.map(serviceOf))) this.#options.publisher.publish(service);
  }

  onCheck(key: string, check: Check): void {
    const { board, documents } = this.#options;
    board.take(key, check);
    const record = this.#followed.get(key);
    if (check.ok && check.address !== undefined && record !== undefined) void documents.ask(record, check.address);
  }

  /** Services that describe themselves anew. */
  onDocuments(services: readonly string[]): void {
    const { catalogue, publisher } = this.#options;
    for (const service of services) if (catalogue.services.has(service)) publisher.publish(service);
  }

  /** The store may go on changing after this: nobody is checked any more. */
  close(): void {
    this.#closed = true;
    clearInterval(this.#timer);
    this.#options.checker.clear();
    this.#options.board.close();
  }

  #onRecords(keys: readonly string[]): void {
    if (this.#closed) return;
    const { catalogue, documents } = this.#options;
    for (const key of keys) this.#follow(key);
    this.onTurn(keys);
    if (!this.#leading) return;
    for (const service of new Set(keys.map(serviceOf))) {
      if (!catalogue.services.has(service)) void documents.forget(service);
    }
  }

  /** A new or changed record is checked at once; one that drains or is gone no more. */
  #follow(key: string): void {
    const { catalogue, board, checker } = this.#options;
    const before = this.#followed.get(key);
    const record = catalogue.at(key);
    if (record === undefined) {
      this.#followed.delete(key);
      checker.drop(key);
      board.reset(key);
      return;
    }
    this.#followed.set(key, record);
    if (before !== undefined && before.draining !== record.draining) this.#tellDraining(record, key);
    if (record.draining) {
      checker.drop(key);
      return;
    }
    if (before !== undefined && hasToProveItself(before, record)) board.reset(key);
    if (this.#leading) checker.watch(key, record);
  }

  #tellDraining({ service_name: service, instance_id: instance, draining }: InstanceRecord, key: string): void {
    const { board, log } = this.#options;
    const turn = draining
      ? { from: board.of(key).status, to: "draining", reason: "asked to leave" }
      : { from: "draining", to: "starting", reason: "taken back" };
    log.info({ service, instance, ...turn }, "instance status");
  }

  #onMembers(): void {
    const { store, checker, board } = this.#options;
    const { leading } = store.members;
    if (this.#closed || leading === this.#leading) return;
    this.#leading = leading;
    if (!leading) {
      checker.clear();
      board.follow();
      return;
    }
    for (const [key, record] of this.#followed) {
      if (record.draining) continue;
      if (board.of(key).status === "healthy") checker.adopt(key, record);
      else checker.watch(key, record);
    }
  }

  async #tick(): Promise<void> {
    const { store, sweeper, names, told, log } = this.#options;
    told.tell();
    if (!store.members.leading) {
      sweeper.rest();
      return;
    }
    try {
      // Names may take long to resolve: no lease waits for them.
      await Promise.all([names.tick(), store.available ? sweeper.sweep() : undefined]);
    } catch (error) {
      log.error({ reason: error instanceof Error ? error.message : "unknown" }, "the registry's watch stumbled");
    }
  }
}

/** What was known of the instance says nothing of it any more: it is elsewhere, or was on its way out. */
function hasToProveItself(before: InstanceRecord, record: InstanceRecord): boolean {
  return before.draining || before.host !== record.host || before.port !== record.port;
}
