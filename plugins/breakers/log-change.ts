import type { Log } from "@isaas/gateway-sdk/plugin";
import type { CircuitChange } from "./circuit.ts";

/** A line for each change: a warning when a service gets no more requests. */
export function logChange(log: Log, service: string, { from, to, reason, cause }: CircuitChange): void {
  const fields = { service, from, to, reason, cause };
  if (to === "open") log.warn(fields, "a circuit is open");
  else log.info(fields, to === "closed" ? "a circuit is closed" : "a circuit is half open");
}
