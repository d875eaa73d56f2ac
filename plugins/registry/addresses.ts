import { isIP } from "node:net";
import type { AddressRules } from "./address-rules.ts";

/** `unresolved`: the name leads nowhere yet. `forbidden`: it leads only where nothing may be registered. */
export type Dialable = { readonly addresses: readonly string[] } | { readonly refused: "unresolved" | "forbidden" };

/** Finds the addresses of a host that may be dialled. Whatever is dialled came out of here just now or was checked then. */
export async function findDialable(
  host: string,
  rules: AddressRules,
  resolve: (name: string) => Promise<readonly string[]>,
): Promise<Dialable> {
  let found: readonly string[];
  try {
    found = isIP(host) === 0 ? await resolve(host) : [host];
  } catch {
    return { refused: "unresolved" };
  }
  const addresses = found.filter((address) => rules.allows(host, address));
  if (addresses.length > 0) return { addresses };
  return { refused: found.length === 0 ? "unresolved" : "forbidden" };
}

/** An address as it stands in a URL. */
export function toUrl(address: string, port: number): string {
  return `http://${address.includes(":") ? `[${address}]` : address}:${port}`;
}

/** The Host header of an instance: its own name, whatever address it was found at. */
export function toAuthority(host: string, port: number): string {
  const name = host.includes(":") ? `[${host}]` : host;
  return port === 80 ? name : `${name}:${port}`;
}
