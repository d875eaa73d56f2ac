/** When a plugin of PLUGINS_DIR counts as broken, and for how long. */
export interface FaultLimit {
  /** So many faults; 1 to 1000, default 5. */
  readonly faults: number;
  /** Within so many milliseconds; default 10 000. */
  readonly withinMs: number;
  /** Then nothing is asked of it for so many milliseconds, after which one request tries it; default 30 000. */
  readonly pauseMs: number;
}

/** What the gateway holds a plugin of PLUGINS_DIR to. Plugins of the executable itself are not watched. */
export interface Containment {
  /**
   * Milliseconds that the middleware may take for one request, beside the time in which it waits for `next`; then the
   * request is a 500. 1 to 60 000, default 1000. Only what waits can be cut: a loop that never ends holds the gateway.
   */
  readonly budgetMs?: number;
  /** Milliseconds for each of `setup`, `start`, `ready`, `reload` and `close`; 1 to 60 000, default 10 000. */
  readonly startBudgetMs?: number;
  /**
   * What becomes of requests while the plugin counts as broken. `refuse`, the default: they get 503. `disable`: they pass
   * without it; not for plugins of the identity stage and those that enforce a policy.
   */
  readonly onFaults?: "disable" | "refuse";
  readonly faultLimit?: Partial<FaultLimit>;
}
