import type { Counter, Metrics } from "@isaas/gateway-sdk/metrics";

/** How a plugin can break its contract. */
export type FaultKind =
  "throw" | "time" | "no_response" | "next_twice" | "route" | "explain" | "endpoint" | "metrics" | "uncaught" | "close";

/** What became of a file of the directory. */
export type LoadResult = "loaded" | "refused" | "removed";

/** Tells operators of the plugins of PLUGINS_DIR: what they break, and whether they are in use. */
export class FaultBoard {
  readonly #faults: Counter;
  readonly #loads: Counter;
  readonly #shown = new Map<string, { readonly isOff: boolean }>();

  constructor(metrics: Metrics) {
    this.#faults = metrics.counter("plugin_faults_total", "Faults of plugins of PLUGINS_DIR.", ["plugin", "kind"]);
    this.#loads = metrics.counter("plugin_loads_total", "Files of PLUGINS_DIR that were loaded, refused or removed.", [
      "file",
      "result",
    ]);
    metrics.gauge("plugin_working", "1, or 0 while a plugin counts as broken.", ["plugin"], () =>
      [...this.#shown].map(([plugin, { isOff }]) => [{ plugin }, isOff ? 0 : 1] as const),
    );
  }

  count(plugin: string, kind: FaultKind): void {
    this.#faults.add({ plugin, kind });
  }

  loaded(file: string, result: LoadResult): void {
    this.#loads.add({ file, result });
  }

  /** From now on this is how the plugin is; a later copy replaces an earlier one. */
  show(plugin: string, standing: { readonly isOff: boolean }): void {
    this.#shown.set(plugin, standing);
  }

  hide(plugin: string): void {
    this.#shown.delete(plugin);
  }
}
