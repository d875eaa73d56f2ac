import { isIP } from "node:net";
import ipaddr from "ipaddr.js";

/** Whose address this is: an IPv4 address, or the /64 of an IPv6 one, all of which one customer has. */
export function toAddressBlock(address: string): string {
  const bare = address.split("%", 1)[0] ?? "";
  if (isIP(bare) === 0) return address;
  // IPv4 addresses in IPv6 clothes are what they are.
  const parsed = ipaddr.process(bare);
  return parsed instanceof ipaddr.IPv6 ? `${parsed.parts.slice(0, 4).map(toHex).join(":")}/64` : parsed.toString();
}

function toHex(part: number): string {
  return part.toString(16);
}
