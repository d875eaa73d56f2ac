/** What becomes of entries: their new text, or undefined for one that goes. */
export type Changes = ReadonlyMap<string, string | undefined>;

/**
 * Named texts that all gateways on the same store share. Each gateway holds a whole copy, so that reading costs a map
 * look-up and goes on while the store is away. Made for thousands of entries of a few kilobytes, written now and then.
 */
export interface Table {
  /** This gateway's copy: what anybody wrote is here within a second, mostly within milliseconds. */
  readonly entries: ReadonlyMap<string, string>;
  /** Changes with every change of the entries. */
  readonly version: number;
  /**
   * Writes all or nothing, if nobody wrote since `base`, the version whose entries the caller looked at. False: somebody
   * did, and the entries are up to date again: look, decide and try anew. Rejects with a StoreAwayError.
   */
  commit(changes: Changes, base: number): Promise<boolean>;
  /** Writes whatever others wrote: for entries of which one gateway at a time is in charge. Rejects with a StoreAwayError. */
  put(changes: Changes): Promise<void>;
  /** Called after each change with the keys that changed, own writes included (before their promise resolves). */
  onChange(listener: (keys: ReadonlySet<string>) => void): void;
}

/** Promises with a time limit, shared by all gateways and measured by one clock: the store's. */
export interface Leases {
  /** Starts a lease or lengthens it: it ends in so many milliseconds. Rejects with a StoreAwayError. */
  renew(key: string, ms: number): Promise<void>;
  /** Ends leases without waiting. Unknown keys are none's fault. */
  drop(keys: readonly string[]): Promise<void>;
  /** Those that are over and not yet dropped, in no order. */
  expired(): Promise<readonly string[]>;
  /** Milliseconds left, below zero when over; keys without a lease are left out. */
  left(keys: readonly string[]): Promise<ReadonlyMap<string, number>>;
}

/** How often something may be tried: so many times at once, then with a wait that doubles each time. */
export interface AttemptPolicy {
  readonly free: number;
  readonly firstWaitMs: number;
  readonly longestWaitMs: number;
  /** After so long without a try, all is forgotten. */
  readonly forgetMs: number;
}

/** Counts tries, shared by all gateways. Each counts before its outcome is known, so that many at once are no way around. */
export interface Attempts {
  /** Counts one try and answers 0, or counts nothing and answers how many milliseconds to wait. Rejects with a StoreAwayError. */
  take(key: string, policy: AttemptPolicy): Promise<number>;
  /** As if the last try had not been: how it ends is nobody's fault. Rejects with a StoreAwayError. */
  giveBack(key: string): Promise<void>;
  /** As if nothing had been tried. Rejects with a StoreAwayError. */
  forget(key: string): Promise<void>;
}

/** What a bucket is asked for. It holds `burst` tokens and gains `ratePerSecond` of them each second. */
export interface BucketAsk {
  /** 16 hexadecimal digits in lower case: 64 bits of a keyed hash, so that keys spread evenly and name nobody. */
  readonly key: string;
  /** Above 0. It may differ from ask to ask: a bucket keeps nothing but when it is full again. */
  readonly ratePerSecond: number;
  /** 1 or more. */
  readonly burst: number;
  /** How many tokens are wanted, 0 (only to look) to `burst`. */
  readonly cost: number;
}

export interface BucketState {
  /** Whole tokens that are left. */
  readonly remaining: number;
  /** Milliseconds until the cost would fit; 0 when it does or did. */
  readonly waitMs: number;
  /** Milliseconds until the bucket is full. */
  readonly fullMs: number;
}

export interface BucketAnswer {
  /** Whether every bucket had what was asked. If not, none of them has given anything. */
  readonly allowed: boolean;
  /** In the order in which they were asked. */
  readonly buckets: readonly BucketState[];
  /** The shared store was away: this gateway decided on its own, with its share of each limit. */
  readonly alone: boolean;
}

export interface BusyBucket {
  readonly key: string;
  /** The share of its burst that is used, 0 to 1. */
  readonly used: number;
  readonly fullMs: number;
}

/** Token buckets, shared by all gateways. Takes never fail: while a shared store is away, each gateway goes on alone. */
export interface Buckets {
  /** See BucketAnswer. */
  readonly alone: boolean;
  /** From all of them or from none, in one step that no other take can come between. No key twice. */
  take(asked: readonly BucketAsk[]): BucketAnswer | Promise<BucketAnswer>;
  /** Fills a bucket. False: it was full. Rejects with a StoreAwayError. */
  free(key: string): Promise<boolean>;
  /** Those of which the largest share is used, the fullest use first. Rejects with a StoreAwayError. */
  busiest(count: number): Promise<readonly BusyBucket[]>;
}

/** One gateway among those on the same store. */
export interface Member {
  readonly id: string;
  /** What it last told the others; an empty string when nothing. */
  readonly data: string;
}

/** The gateways that are alive on this store: one that is silent for 3 s is no member any more. */
export interface Members {
  readonly self: string;
  /** The longest there first, this gateway included. While the store is away, this gateway alone. */
  readonly all: readonly Member[];
  /** True for exactly one of them, but for moments of change: the one that does what is to be done once. */
  readonly leading: boolean;
  /** Tells the others something, within a second. Replaces what was told before. */
  tell(data: string): void;
  /** Called when `all` has other members than before, or `leading` changed. */
  onChange(listener: () => void): void;
}

export interface TableOptions {
  /** Whether the embedded store writes it into its data directory. Default: true. What is news for seconds need not. */
  readonly durable?: boolean;
}

/** Where gateways keep what must outlive a request, or be known to each other. */
export interface Store {
  readonly kind: "embedded" | "redis";
  /** False while a configured shared store cannot be used. The embedded one always can. */
  readonly available: boolean;
  onAvailable(listener: (available: boolean) => void): void;
  /** True while some part of a configured shared store cannot be used, or answers too late. */
  readonly degraded: boolean;
  readonly members: Members;
  /** Only during a plugin's set-up: a table is loaded before the listener opens. The same name gives the same table. */
  table(name: string, options?: TableOptions): Table;
  leases(name: string): Leases;
  attempts(name: string): Attempts;
  buckets(name: string): Buckets;
}

/** The shared store cannot be used right now. A write that timed out may or may not have been done. */
export class StoreAwayError extends Error {
  constructor(options?: ErrorOptions) {
    super("the shared store is away", options);
    this.name = "StoreAwayError";
  }
}
