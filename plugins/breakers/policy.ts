/** When one service's circuit opens, and how it comes back. Times in milliseconds. */
export interface CircuitPolicy {
  /** Failures in the window at which it opens; not looked at where there is a rate. */
  readonly failures: number;
  /** Share of the window's requests, above 0 and at most 1, at which it opens instead. */
  readonly failureRate: number | undefined;
  readonly minimumRequests: number;
  readonly windowMs: number;
  readonly recoveryMs: number;
  readonly recoveryMaxMs: number;
  /** How many may be under way at once while it is half open. */
  readonly halfOpenRequests: number;
  /** So many in a row close it. */
  readonly successes: number;
  /** A head that takes longer is a failure; undefined: none is too slow. */
  readonly slowMs: number | undefined;
  /** Statuses by which a service says that it cannot serve. */
  readonly statuses: ReadonlySet<number>;
  /** How long admission takes to grow to all requests after it has closed; 0: all at once. */
  readonly rampMs: number;
}
