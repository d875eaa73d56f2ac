import type { Exchange } from "@isaas/gateway-sdk/plugin";
import type { OwnLimits } from "./rate-limit-headers.ts";

/** A list of quoted names with parameters (RFC 9651): of what a service sends, only this can stand beside ours. */
const parameter = String.raw`(?:; *[a-z*][a-z0-9_.*-]*(?:=(?:-?\d{1,15}|"[ !#-\[\]-~]*"|:[A-Za-z0-9+/=]*:))?)`;
const item = String.raw`"[ !#-\[\]-~]*"${parameter}*`;
const list = new RegExp(`^${item}(?: *, *${item})*$`);

/**
 * A service that counts for itself may leave the caller less than the gateway does. Its stricter numbers stay, and its
 * policies stand beside ours: nothing that it says is made to look more generous.
 */
export function keepStricter(exchange: Exchange, { headers }: Response, own: OwnLimits): void {
  const remaining = headers.get("x-ratelimit-remaining");
  if (isCount(remaining) && Number(remaining) < own.remaining) {
    for (const name of ["x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset"]) {
      const value = headers.get(name);
      if (isCount(value)) exchange.setHeader(name, value);
    }
  }
  addTheirs(exchange, headers, "ratelimit-policy", own.policy);
  addTheirs(exchange, headers, "ratelimit", own.limit);
}

function isCount(value: string | null): value is string {
  return value !== null && /^\d{1,15}$/.test(value);
}

function addTheirs(exchange: Exchange, headers: Headers, name: string, ours: string): void {
  const theirs = headers.get(name);
  if (theirs !== null && list.test(theirs)) exchange.setHeader(name, `${ours}, ${theirs}`);
}
