import { isIP } from "node:net";
import type { Clock } from "@isaas/gateway-sdk/plugin";
import type { Exchange, Outcome } from "../pipeline/exchange.ts";
import type { RootLog } from "./logger.ts";
import { traceIdOf } from "./trace-context.ts";

export type AccessLog = (exchange: Exchange, status: number, outcome: Outcome) => void;

/** One line a request. No header, query string or body, and of the caller's address the network alone. */
export function createAccessLog(log: RootLog, clock: Clock): AccessLog {
  return function writeAccess(exchange, status, outcome) {
    if (!log.isLevelEnabled("info")) return;
    const route = exchange.routeOrNone;
    log.info(
      {
        request_id: exchange.requestId,
        trace_id: traceIdOf(exchange.traceparent),
        method: exchange.method,
        path: exchange.path,
        route: route?.pathPrefix,
        service: route?.service,
        status,
        outcome,
        error: exchange.errorCode,
        duration_ms: toTenths(clock.monotonic() - exchange.startMs),
        tries: exchange.tries > 1 ? exchange.tries : undefined,
        upstream_ms: exchange.upstreamMs === undefined ? undefined : toTenths(exchange.upstreamMs),
        bytes_in: exchange.bytesIn,
        bytes_out: exchange.bytesOut,
        client: toNetwork(exchange.clientAddress),
      },
      "request",
    );
  };
}

function toTenths(ms: number): number {
  return Math.round(ms * 10) / 10;
}

/** IPv4 to its /24, IPv6 to its /48: enough to see where load comes from, too little to see who. */
export function toNetwork(address: string): string {
  if (isIP(address) === 4) return `${address.slice(0, address.lastIndexOf("."))}.0`;
  const head = address.split("::", 1)[0] ?? "";
  const groups = head.split(":").filter((group) => group !== "");
  return groups.length === 0 ? "::" : `${groups.slice(0, 3).join(":")}::`;
}
