import type { Clock } from "@isaas/gateway-sdk/plugin";
import type { BucketAnswer, BucketAsk, Buckets, BusyBucket } from "@isaas/gateway-sdk/store";
import { describeBucket, fits, tokenMs } from "../gcra.ts";
import { BucketTable } from "./bucket-table.ts";

/** Buckets in memory: every take is one synchronous step. */
export class EmbeddedBuckets implements Buckets {
  readonly alone = false;
  readonly #clock: Clock;
  readonly #table: BucketTable;

  constructor(clock: Clock, table = new BucketTable()) {
    this.#clock = clock;
    this.#table = table;
  }

  take(asked: readonly BucketAsk[]): BucketAnswer {
    const nowMs = this.#clock.monotonic();
    const slots: number[] = [];
    let allowed = true;
    for (const ask of asked) {
      const slot = this.#table.find(highOf(ask.key), lowOf(ask.key));
      if (!fits(ask, this.#debtMs(slot, nowMs))) allowed = false;
      slots.push(slot);
    }
    const debts = asked.map((ask, index) => {
      const debt = this.#debtMs(slots[index] ?? -1, nowMs);
      return allowed ? debt + ask.cost * tokenMs(ask) : debt;
    });
    if (allowed) this.#write(asked, slots, debts, nowMs);
    const buckets = asked.map((ask, index) => describeBucket(ask, debts[index] ?? 0, allowed));
    return { allowed, buckets, alone: false };
  }

  async free(key: string): Promise<boolean> {
    const slot = this.#table.find(highOf(key), lowOf(key));
    if (this.#debtMs(slot, this.#clock.monotonic()) === 0) return false;
    this.#table.update(slot, 0, 0);
    return true;
  }

  async busiest(count: number): Promise<readonly BusyBucket[]> {
    const most: BusyBucket[] = [];
    for (const { high, low, fullMs, burstMs } of this.#table.live(this.#clock.monotonic())) {
      most.push({ key: toKey(high, low), used: Math.min(1, fullMs / burstMs), fullMs });
      // Now and then, so that a million buckets are not held at once.
      if (most.length >= count + 1000) keepBusiest(most, count);
    }
    keepBusiest(most, count);
    return most;
  }

  #debtMs(slot: number, nowMs: number): number {
    return slot < 0 ? 0 : Math.max(0, this.#table.fullAtMs(slot) - nowMs);
  }

  /** Those that have a slot first: a new one may move them all. */
  #write(asked: readonly BucketAsk[], slots: readonly number[], debts: readonly number[], nowMs: number): void {
    for (const [index, ask] of asked.entries()) {
      const slot = slots[index] ?? -1;
      if (slot >= 0) this.#table.update(slot, nowMs + (debts[index] ?? 0), ask.burst * tokenMs(ask));
    }
    for (const [index, ask] of asked.entries()) {
      if ((slots[index] ?? -1) >= 0 || ask.cost === 0) continue;
      const burstMs = ask.burst * tokenMs(ask);
      this.#table.add(highOf(ask.key), lowOf(ask.key), nowMs + (debts[index] ?? 0), burstMs, nowMs);
    }
  }
}

function keepBusiest(buckets: BusyBucket[], count: number): void {
  buckets.sort((a, b) => b.used - a.used);
  buckets.length = Math.min(buckets.length, count);
}

function highOf(key: string): number {
  return Number.parseInt(key.slice(0, 8), 16);
}

function lowOf(key: string): number {
  return Number.parseInt(key.slice(8), 16);
}

function toKey(high: number, low: number): string {
  return high.toString(16).padStart(8, "0") + low.toString(16).padStart(8, "0");
}
