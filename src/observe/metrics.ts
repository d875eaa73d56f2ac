import type { Metrics } from "@isaas/gateway-sdk/metrics";
import { Counter, Gauge, Registry } from "prom-client";

const prefix = "gateway_";

/** The counts of one gateway. prom-client keeps them and writes the format. */
export function createMetrics(): Metrics {
  const registry = new Registry();
  return {
    counter(name, help, labels = []) {
      const counter = new Counter({ name: prefix + name, help, labelNames: [...labels], registers: [registry] });
      return {
        add(of, by = 1) {
          if (of === undefined) counter.inc(by);
          else counter.inc({ ...of }, by);
        },
      };
    },
    gauge(name, help, labels, read) {
      const gauge: Gauge = new Gauge({
        name: prefix + name,
        help,
        labelNames: [...labels],
        registers: [registry],
        collect() {
          // What is not there any more is not told any more.
          gauge.reset();
          for (const [of, value] of read()) gauge.set({ ...of }, value);
        },
      });
    },
    async render() {
      return { contentType: registry.contentType, text: await registry.metrics() };
    },
  };
}
