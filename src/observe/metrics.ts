import type { Metrics } from "@isaas/gateway-sdk/metrics";
import { Registry } from "prom-client";
import { metricsIn } from "./metrics-in.ts";

/** The counts of one copy of a plugin of PLUGINS_DIR. */
export interface GuestMetrics {
  readonly metrics: Omit<Metrics, "render">;
  /** They are told from now on. */
  show(): void;
  /** And no longer. */
  hide(): void;
}

export interface GatewayMetrics extends Metrics {
  /** Their names begin with `gateway_plugin_<plugin>_`. `onFailure` is told when a gauge cannot be read. */
  ofGuest(plugin: string, onFailure: (error: unknown) => void): GuestMetrics;
}

/** The counts of one gateway. prom-client keeps them and writes the format. */
export function createMetrics(): GatewayMetrics {
  const registry = new Registry();
  /** With the plugin that each is of. */
  const shown = new Map<Registry, string>();
  const isIn = (registries: readonly Registry[], name: string): boolean =>
    registries.some((other) => other.getSingleMetric(name) !== undefined);
  return {
    ...metricsIn(registry, { prefix: "gateway_", isTaken: (name) => isIn([registry, ...shown.keys()], name) }),
    ofGuest(plugin, onFailure) {
      // One of its own for each copy: the next one may count other things by the same names.
      const own = new Registry();
      const others = (): Registry[] => [...shown].filter(([, of]) => of !== plugin).map(([other]) => other);
      const isTaken = (name: string): boolean => isIn([own, registry, ...others()], name);
      return {
        metrics: metricsIn(own, { prefix: `gateway_plugin_${plugin}_`, isTaken, onFailure }),
        show: () => void shown.set(own, plugin),
        hide: () => void shown.delete(own),
      };
    },
    async render() {
      const texts = await Promise.all([registry, ...shown.keys()].map((each) => each.metrics()));
      return { contentType: registry.contentType, text: texts.join("") };
    },
  };
}
