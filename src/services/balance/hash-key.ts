import type { BalanceOptions } from "@isaas/gateway-sdk/contract";
import type { Caller } from "./balancer.ts";

/** What callers are told apart by; undefined when this one does not say. */
export type HashKey = (caller: Caller) => string | undefined;

/** Reads `client_address`, `header:NAME` or `cookie:NAME`. */
export function hashKeyOf(hashOn: BalanceOptions["hash_on"]): HashKey {
  const [kind, name = ""] = hashOn.split(":", 2);
  if (kind === "cookie") return ({ request }) => cookieOf(request.headers.get("cookie") ?? "", name);
  if (kind === "client_address") return ({ clientAddress }) => clientAddress;
  // The host that the caller asked for has moved by the time an instance is picked: Host belongs to the instance then.
  const header = name.toLowerCase() === "host" ? "x-forwarded-host" : name;
  return ({ request }) => request.headers.get(header) || undefined;
}

/** The value of the first cookie of this name (RFC 6265 section 4.2.1). */
function cookieOf(cookies: string, name: string): string | undefined {
  for (let start = 0; start < cookies.length;) {
    while (cookies[start] === " ") start += 1;
    const semicolon = cookies.indexOf(";", start);
    const end = semicolon === -1 ? cookies.length : semicolon;
    const value = start + name.length + 1;
    if (cookies.startsWith(name, start) && cookies[value - 1] === "=") return cookies.slice(value, end) || undefined;
    start = end + 1;
  }
  return undefined;
}
