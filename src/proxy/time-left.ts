import type { Exchange } from "../pipeline/exchange.ts";

/** Tells a service how many milliseconds it has to begin its answer. Afterwards nobody waits for it any more. */
const name = "x-request-timeout-ms";

/** The route's timeout, or what is left of that of a gateway before this one. A caller's own word counts for nothing. */
export function timeAllowedMs({ request, peerTrusted }: Exchange, timeoutMs: number): number {
  if (!peerTrusted) return timeoutMs;
  const told = request.headers.get(name) ?? "";
  return /^\d{1,9}$/.test(told) ? Math.min(timeoutMs, Number(told)) : timeoutMs;
}

/** Says what is left now, at least one millisecond: 0 means "no limit" to many. */
export function tellTimeLeft(headers: Headers, leftMs: number): void {
  headers.set(name, String(Math.max(1, Math.floor(leftMs))));
}
