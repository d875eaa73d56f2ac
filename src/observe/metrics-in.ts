import type { Metrics } from "@isaas/gateway-sdk/metrics";
import { Counter, Gauge, type Registry } from "prom-client";

export interface MetricsInOptions {
  readonly prefix: string;
  readonly isTaken: (name: string) => boolean;
  /** Told when a gauge cannot be read; without it the answer fails that asks. */
  readonly onFailure?: (error: unknown) => void;
}

/** Counters and gauges that a registry keeps. Throws a TypeError for a name that is taken. */
export function metricsIn(
  registry: Registry,
  { prefix, isTaken, onFailure }: MetricsInOptions,
): Omit<Metrics, "render"> {
  const nameOf = (name: string): string => {
    const whole = prefix + name;
    if (isTaken(whole)) throw new TypeError(`metrics: wanted a name of its own, got ${whole}, which is taken`);
    return whole;
  };
  return {
    counter(name, help, labels = []) {
      const counter = new Counter({ name: nameOf(name), help, labelNames: [...labels], registers: [registry] });
      return {
        add(of, by = 1) {
          if (of === undefined) counter.inc(by);
          else counter.inc({ ...of }, by);
        },
      };
    },
    gauge(name, help, labels, read) {
      const gauge: Gauge = new Gauge({
        name: nameOf(name),
        help,
        labelNames: [...labels],
        registers: [registry],
        collect() {
          // What is not there any more is not told any more.
          gauge.reset();
          try {
            for (const [of, value] of read()) gauge.set({ ...of }, value);
          } catch (error) {
            if (onFailure === undefined) throw error;
            gauge.reset();
            onFailure(error);
          }
        },
      });
    },
  };
}
