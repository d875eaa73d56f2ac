/** Label values by name. Only what comes in small numbers: services, rules, states; never a caller or a path. */
export type Labels = Readonly<Record<string, string>>;

/** A number that only grows. */
export interface Counter {
  add(labels?: Labels, by?: number): void;
}

/**
 * What a plugin counts, for `GET /metrics`. Names are snake_case, without the prefix `gateway_` that all get, or
 * `gateway_plugin_<name>_` for a plugin of PLUGINS_DIR.
 */
export interface Metrics {
  /** A name that ends in `_total`. */
  counter(name: string, help: string, labels?: readonly string[]): Counter;
  /** `read` is asked each time that somebody looks. */
  gauge(
    name: string,
    help: string,
    labels: readonly string[],
    read: () => Iterable<readonly [labels: Labels, value: number]>,
  ): void;
  /** Everything, as Prometheus reads it. */
  render(): Promise<{ readonly contentType: string; readonly text: string }>;
}
