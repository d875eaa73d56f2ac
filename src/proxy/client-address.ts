import { isIP } from "node:net";
import type { TrustedProxies } from "./trusted-proxies.ts";

/** An IPv4 address that came in over an IPv6 socket is still an IPv4 address. */
export function toPlainAddress(address: string): string {
  return address.startsWith("::ffff:") && address.includes(".") ? address.slice(7) : address;
}

/**
 * Who is calling: the rightmost address of X-Forwarded-For that is no trusted proxy.
 * Further left stands what that caller wrote itself. An entry that is no address ends the search at the proxy before it.
 */
export function clientAddressOf(peer: string, forwardedFor: string | null, trusted: TrustedProxies): string {
  if (forwardedFor === null) return peer;
  let client = peer;
  for (const entry of forwardedFor.split(",").toReversed()) {
    const address = toPlainAddress(entry.trim());
    if (isIP(address) === 0) return client;
    client = address;
    if (!trusted.includes(address)) return client;
  }
  return client;
}
