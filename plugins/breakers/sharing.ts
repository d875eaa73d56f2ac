import type { Clock, Log } from "@isaas/gateway-sdk/plugin";
import { type Store, StoreAwayError, type Table } from "@isaas/gateway-sdk/store";
import type { Circuit, CircuitChange } from "./circuit.ts";
import { type CircuitNews, parseNews } from "./news.ts";

export interface SharingOptions {
  readonly store: Pick<Store, "members" | "onAvailable" | "table">;
  readonly clock: Clock;
  readonly log: Log;
  readonly find: (service: string) => Circuit | undefined;
}

/** What comes this long after it was told was missed, and read when Redis was back. Clocks differ by less, mostly. */
const lateMs = 5000;

interface Untold {
  readonly circuit: Circuit;
  readonly to: "open" | "closed";
  readonly byHand: boolean;
  readonly reason: string;
  readonly atMs: number;
  /** The store was away when it was to be told. */
  isLate: boolean;
}

/**
 * Tells the other gateways what circuits come to and hears it from them, through one table whose order of writes is the
 * order of events. Every gateway decides by itself all the time; while the store is away it is alone.
 */
export class Sharing {
  readonly #options: SharingOptions;
  readonly #table: Table;
  /** What is still to be told, the last word on each circuit. */
  readonly #untold = new Map<string, Untold>();
  #isTelling = false;

  constructor(options: SharingOptions) {
    this.#options = options;
    this.#table = options.store.table("circuits", { durable: false });
    options.store.onAvailable((available) => {
      if (available) void this.#tellAll();
    });
  }

  /** From here on it hears; what is known by then is no news, but to be caught up with. */
  start(): void {
    this.#table.onChange((services) => {
      for (const service of services) this.#hear(service);
    });
  }

  /** What a circuit came to by its requests or its operator; what was heard, or has just become time, is nobody's news. */
  tell(circuit: Circuit, { to, reason, cause }: CircuitChange): void {
    if (to === "half_open" || cause === "gateway" || cause === "time") return;
    const { service } = circuit;
    const atMs = this.#options.clock.now();
    this.#untold.set(service, { circuit, to, byHand: cause === "operator", reason, atMs, isLate: false });
    void this.#tellAll();
  }

  /** A circuit is new here: it may be open elsewhere, and for a while already. */
  catchUp(circuit: Circuit): void {
    const news = this.#read(circuit.service);
    if (news?.to !== "open") return;
    // When its time is over, nobody has found the service well since: here too it is tried gently.
    this.#hearOpen(circuit, news, Math.max(0, this.#leftMs(circuit, news, this.#ageMs(news))));
  }

  #hear(service: string): void {
    const news = this.#read(service);
    const circuit = this.#options.find(service);
    if (news === undefined || circuit === undefined || news.by === this.#options.store.members.self) return;
    // What is about to be told here is newer, but an operator's word goes before what requests say.
    const untold = this.#untold.get(service);
    if (untold !== undefined && (untold.byHand || !news.by_hand)) return;
    this.#untold.delete(service);
    if (news.to === "closed" && news.by_hand) circuit.forceClosed("gateway");
    else if (news.to === "closed") circuit.hearClosed(news.reason);
    else {
      const ageMs = this.#ageMs(news);
      const leftMs = this.#leftMs(circuit, news, ageMs > lateMs ? ageMs : 0);
      if (leftMs > 0) this.#hearOpen(circuit, news, leftMs);
    }
  }

  #hearOpen(circuit: Circuit, { remaining_ms: remainingMs, reason }: CircuitNews, leftMs: number): void {
    if (remainingMs === null) circuit.forceOpen("gateway");
    else circuit.hearOpen(leftMs, reason);
  }

  #leftMs({ policy }: Circuit, { remaining_ms: remainingMs }: CircuitNews, ageMs: number): number {
    return remainingMs === null ? Number.POSITIVE_INFINITY : Math.min(remainingMs, policy.recoveryMaxMs) - ageMs;
  }

  /** By this machine's clock; how wrong two clocks are together is bounded by the time that was told. */
  #ageMs({ at_ms: atMs }: CircuitNews): number {
    return Math.max(0, this.#options.clock.now() - atMs);
  }

  async #tellAll(): Promise<void> {
    if (this.#isTelling) return;
    this.#isTelling = true;
    try {
      while (this.#untold.size > 0) await this.#tellOnce();
    } catch (error) {
      if (!(error instanceof StoreAwayError)) {
        this.#options.log.error({ reason: String(error) }, "what circuits came to could not be told");
      }
      for (const untold of this.#untold.values()) untold.isLate = true;
    } finally {
      this.#isTelling = false;
    }
  }

  async #tellOnce(): Promise<void> {
    const base = this.#table.version;
    const told = [...this.#untold.values()];
    const changes = new Map<string, string>();
    for (const untold of told) {
      const news = this.#toNews(untold);
      if (news !== undefined) changes.set(untold.circuit.service, JSON.stringify(news));
    }
    if (changes.size > 0 && !(await this.#table.commit(changes, base))) return;
    for (const untold of told) {
      const { service } = untold.circuit;
      if (this.#untold.get(service) === untold) this.#untold.delete(service);
    }
  }

  /** Undefined for what need not be told any more. */
  #toNews({ circuit, to, byHand, reason, atMs, isLate }: Untold): CircuitNews | undefined {
    const last = this.#read(circuit.service);
    if (!byHand && last?.to === "open" && last.by_hand) return undefined;
    // Both were told without knowing of each other.
    if (isLate && last !== undefined && last.at_ms > atMs) return undefined;
    const { remainingMs } = circuit;
    if (to === "open" && remainingMs <= 0) return undefined;
    const { clock, store } = this.#options;
    const isForever = to === "open" && remainingMs === Number.POSITIVE_INFINITY;
    const remaining = to === "closed" ? 0 : isForever ? null : remainingMs;
    return { to, by_hand: byHand, reason, by: store.members.self, at_ms: clock.now(), remaining_ms: remaining };
  }

  #read(service: string): CircuitNews | undefined {
    const text = this.#table.entries.get(service);
    return text === undefined ? undefined : parseNews(text);
  }
}
