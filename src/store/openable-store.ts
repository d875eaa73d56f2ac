import type { Clock, Log } from "@isaas/gateway-sdk/plugin";
import type { Store } from "@isaas/gateway-sdk/store";

/** What the settings say about the store. */
export interface StoreSettings {
  /** See parseRedisUrl. Undefined: the embedded store. */
  readonly redisUrl: string | undefined;
  /** Stands before every key in Redis, such as `gw:`. Without braces: they would scatter the keys over a cluster. */
  readonly redisPrefix: string;
  /** Where the embedded store persists; made when missing. Undefined: memory only. */
  readonly dataDir: string | undefined;
}

/** What the kernel lends to a store. */
export interface StoreHost {
  readonly clock: Clock;
  readonly log: Log;
}

/** A store with its beginning and its end. Until it is opened it has no connection, file or timer. */
export interface OpenableStore extends Store {
  /**
   * Loads what was asked for so far. Rejects when the data directory cannot be used; when a shared store is away it
   * waits about a second for it, then goes on without: the tables are filled when it comes.
   */
  open(): Promise<void>;
  /** Leaves the members, writes what is left and ends connections and timers. Safe to call more than once. */
  close(): Promise<void>;
}
