import type { Clock, Log } from "@isaas/gateway-sdk/plugin";
import { type Leases, StoreAwayError } from "@isaas/gateway-sdk/store";
import type { Catalogue } from "./catalogue.ts";
import { chooseEvictions, type Leased } from "./evictions.ts";
import { serviceOf } from "./record.ts";

/** Each so many sweeps, instances that have no lease at all get one: the store may have lost it. */
const grantEachSweeps = 10;
/**
 * When sweeps are so far apart, this gateway was not running, and heard no heartbeat meanwhile. The shortest lease has
 * 2 s left when its heartbeat is due.
 */
const pausedMs = 2000;

export interface SweeperOptions {
  readonly clock: Clock;
  readonly log: Log;
  readonly catalogue: Catalogue;
  readonly leases: Leases;
  readonly evict: (keys: readonly string[]) => Promise<void>;
}

/** Ends the registration of instances whose lease has run out. One gateway at a time sweeps. */
export class Sweeper {
  readonly #options: SweeperOptions;
  /** When a guarded service may lose instances again, by its name, on the monotonic clock. */
  readonly #guardedUntilMs = new Map<string, number>();
  #lastMs: number | undefined;
  #sweeps = 0;
  #deaf = false;
  #sweeping = false;

  constructor(options: SweeperOptions) {
    this.#options = options;
  }

  /** Heartbeats could not be heard until now: nobody is to lose by it. */
  wasDeaf(): void {
    this.#deaf = true;
  }

  /** Another gateway sweeps. */
  rest(): void {
    this.#lastMs = this.#options.clock.monotonic();
  }

  /** Never rejects. */
  async sweep(): Promise<void> {
    const nowMs = this.#options.clock.monotonic();
    if (this.#lastMs !== undefined && nowMs - this.#lastMs > pausedMs) this.#deaf = true;
    this.#lastMs = nowMs;
    // The store may be slow. Two sweeps at once would evict twice what one may.
    if (this.#sweeping) return;
    this.#sweeping = true;
    try {
      if (this.#deaf) {
        await this.#grant([...this.#all()]);
        this.#deaf = false;
      } else if (this.#sweeps % grantEachSweeps === 0) {
        await this.#grantMissing();
      }
      this.#sweeps += 1;
      await this.#evictOver(nowMs);
    } catch (error) {
      if (!isStoreAway(error)) throw error;
      this.#deaf = true;
    } finally {
      this.#sweeping = false;
    }
  }

  *#all(): Iterable<string> {
    for (const instances of this.#options.catalogue.services.values()) yield* instances.keys();
  }

  #leaseMs(key: string): number {
    return (this.#options.catalogue.at(key)?.lease_seconds ?? 0) * 1000;
  }

  async #grant(keys: readonly string[]): Promise<void> {
    await Promise.all(keys.map((key) => this.#options.leases.renew(key, this.#leaseMs(key))));
  }

  async #grantMissing(): Promise<void> {
    const keys = [...this.#all()];
    const left = await this.#options.leases.left(keys);
    await this.#grant(keys.filter((key) => !left.has(key)));
  }

  async #evictOver(nowMs: number): Promise<void> {
    const { leases, catalogue } = this.#options;
    const over = await leases.expired();
    if (over.length === 0) return;
    const strangers = over.filter((key) => catalogue.at(key) === undefined);
    if (strangers.length > 0) await leases.drop(strangers);
    for (const service of new Set(over.map(serviceOf))) {
      if ((this.#guardedUntilMs.get(service) ?? 0) > nowMs) continue;
      this.#guardedUntilMs.delete(service);
      await this.#evictOf(service, nowMs);
    }
  }

  async #evictOf(service: string, nowMs: number): Promise<void> {
    const { leases, catalogue, evict, log } = this.#options;
    const keys = [...catalogue.instancesOf(service).keys()];
    const left = await leases.left(keys);
    const leased = keys.map((key): Leased => {
      const leaseMs = this.#leaseMs(key);
      return { key, leaseMs, leftMs: left.get(key) ?? leaseMs };
    });
    const { evicted, spared, guarded } = chooseEvictions(leased);
    if (guarded) {
      const heartbeatMs = Math.min(...leased.map(({ leaseMs }) => leaseMs)) / 3;
      this.#guardedUntilMs.set(service, nowMs + heartbeatMs);
    }
    if (spared > 0) {
      log.warn(
        { service, evicted: evicted.length, spared },
        "most heartbeats of a service are missing: evicting slowly",
      );
    }
    if (evicted.length > 0) await evict(evicted);
  }
}

function isStoreAway(error: unknown): boolean {
  return error instanceof StoreAwayError || (error instanceof Error && error.cause instanceof StoreAwayError);
}
