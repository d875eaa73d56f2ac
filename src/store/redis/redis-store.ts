import type { Log } from "@isaas/gateway-sdk/plugin";
import type { Member } from "@isaas/gateway-sdk/store";
import type { OpenableStore, StoreHost } from "../openable-store.ts";
import { Availability } from "./availability.ts";
import { BucketLink } from "./bucket-link.ts";
import { takeTokens } from "./bucket-scripts.ts";
import { Keys } from "./keys.ts";
import { leave, pulse } from "./pulse-scripts.ts";
import { RedisAttempts } from "./redis-attempts.ts";
import { RedisBuckets } from "./redis-buckets.ts";
import { RedisLeases } from "./redis-leases.ts";
import { RedisLink } from "./redis-link.ts";
import { RedisMembers } from "./redis-members.ts";
import { RedisTable } from "./redis-table.ts";
import type { RedisTarget } from "./redis-url.ts";
import { SharedRun } from "./shared-run.ts";
import { SteadfastBuckets } from "./steadfast-buckets.ts";

// With half a second for an answer, a change whose message was missed is found in under a second.
const pulseMs = 400;
const silentMs = 3_000;
const longestOpenMs = 1_200;

/**
 * The store that gateways share. A pulse says that this gateway lives, hears who else does, and finds what messages
 * failed to bring; whether it comes through is what decides if the store is available.
 */
export class RedisStore implements OpenableStore {
  readonly kind = "redis";
  readonly members: RedisMembers;
  readonly #host: StoreHost;
  readonly #log: Log;
  readonly #keys: Keys;
  readonly #link: RedisLink;
  readonly #bucketLink: BucketLink;
  readonly #availability: Availability;
  readonly #tables = new Map<string, RedisTable>();
  readonly #leases = new Map<string, RedisLeases>();
  readonly #buckets = new Map<string, SteadfastBuckets>();
  readonly #pulse = new SharedRun(() => this.#beat());
  #timer: ReturnType<typeof setTimeout> | undefined;
  #stage: "new" | "open" | "closed" = "new";

  constructor(target: RedisTarget, prefix: string, host: StoreHost) {
    const { log } = host;
    this.#host = host;
    this.#log = log;
    this.#keys = new Keys(prefix, target.database);
    this.#link = new RedisLink(target, this.#keys.channel);
    this.#bucketLink = new BucketLink(target);
    this.#availability = new Availability(log);
    this.members = new RedisMembers(log, () => this.#beatNow());
  }

  get available(): boolean {
    return this.#availability.available;
  }

  get degraded(): boolean {
    return !this.available || [...this.#buckets.values()].some(({ alone }) => alone);
  }

  onAvailable(listener: (available: boolean) => void): void {
    this.#availability.onChange(listener);
  }

  table(name: string): RedisTable {
    const table = this.#tables.get(name) ?? new RedisTable(name, this.#keys, this.#link, this.#log);
    this.#tables.set(name, table);
    return table;
  }

  leases(name: string): RedisLeases {
    const leases = this.#leases.get(name) ?? new RedisLeases(this.#link, this.#keys.leases(name));
    this.#leases.set(name, leases);
    return leases;
  }

  attempts(name: string): RedisAttempts {
    return new RedisAttempts(this.#link, (key) => this.#keys.attempts(name, key));
  }

  buckets(name: string): SteadfastBuckets {
    const buckets =
      this.#buckets.get(name) ??
      new SteadfastBuckets({
        ...this.#host,
        shared: new RedisBuckets(this.#bucketLink, this.#keys.buckets(name)),
        gateways: () => this.members.lastCount,
      });
    this.#buckets.set(name, buckets);
    return buckets;
  }

  async open(): Promise<void> {
    if (this.#stage !== "new") return;
    this.#stage = "open";
    const { promise: available, resolve } = Promise.withResolvers<void>();
    this.onAvailable(() => resolve());
    const { promise: longEnough, resolve: give } = Promise.withResolvers<void>();
    const limit = setTimeout(give, longestOpenMs);
    this.#link.open({
      connected: () => this.#beatNow(),
      lost: (reason) => this.#away(reason),
      heard: (message) => this.#hear(message),
    });
    const counting = this.#buckets.size > 0 ? this.#bucketLink.open(takeTokens) : undefined;
    this.#schedule();
    await Promise.race([Promise.all([available, counting]), longEnough]);
    clearTimeout(limit);
  }

  async close(): Promise<void> {
    const wasOpen = this.#stage === "open";
    this.#stage = "closed";
    clearTimeout(this.#timer);
    for (const buckets of this.#buckets.values()) buckets.close();
    this.#bucketLink.close();
    if (!wasOpen) return;
    // Those who cannot be told find out by themselves.
    await this.#link.run(leave, this.#keys.members, [this.members.self, this.#keys.channel]).catch(() => {});
    this.#link.close();
  }

  #beatNow(): void {
    if (this.#stage === "open") void this.#pulse.run();
  }

  #schedule(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#beatNow(), pulseMs);
  }

  async #beat(): Promise<void> {
    const tables = [...this.#tables.values()];
    const keys = [...this.#keys.members, ...tables.map(({ keys }) => keys[1])];
    const { self, data } = this.members;
    this.#link.checkEar();
    try {
      const reply = await this.#link.run(pulse, keys, [self, data, String(silentMs), this.#keys.channel]);
      const [members, states] = reply as [string[], string[]];
      await Promise.all(tables.map((table, index) => table.see(states[index] ?? "")));
      if (this.#stage !== "open") return;
      this.members.update(toMembers(members));
      this.#availability.back();
    } catch (error) {
      this.#away(error instanceof Error && error.cause instanceof Error ? error.cause.message : String(error));
    } finally {
      if (this.#stage === "open") this.#schedule();
    }
  }

  #away(reason: string): void {
    if (this.#stage !== "open") return;
    this.members.update([]);
    this.#availability.away(reason);
  }

  /** The first line of a message is the table's name, the rest the change; an empty one is a nudge. */
  #hear(message: string): void {
    if (message === "") return this.#beatNow();
    const end = message.indexOf("\n");
    const table = this.#tables.get(message.slice(0, end));
    // What fails here is found by the next pulse.
    table?.hear(message.slice(end + 1)).catch(() => {});
  }
}

function toMembers(texts: readonly string[]): Member[] {
  return Array.from({ length: texts.length / 2 }, (_, i) => ({
    id: texts[2 * i] ?? "",
    data: texts[2 * i + 1] ?? "",
  }));
}
