import type { Exchange } from "../pipeline/exchange.ts";

/** Headers by which a peer could claim to be somebody or somewhere else; only a trusted proxy's are kept. */
export const forwardingHeaders: readonly string[] = [
  "forwarded",
  "forwarded-for",
  "x-forwarded",
  "x-original-forwarded-for",
  "x-envoy-external-address",
  "x-real-ip",
  "x-client-ip",
  "x-cluster-client-ip",
  "x-original-url",
  "x-original-host",
  "x-rewrite-url",
  "cf-connecting-ip",
  "true-client-ip",
  "fastly-client-ip",
];

/** Writes X-Forwarded-* and Forwarded (RFC 7239): ours alone, or ours after those of a trusted proxy. */
export function setForwarded(headers: Headers, exchange: Exchange, host: string): void {
  const { peerAddress } = exchange;
  const mine = `for=${toNode(peerAddress)};host="${host}";proto=http`;
  if (exchange.peerTrusted) {
    headers.append("x-forwarded-for", peerAddress);
    headers.append("forwarded", mine);
    if (!headers.has("x-forwarded-proto")) headers.set("x-forwarded-proto", "http");
    if (!headers.has("x-forwarded-host")) headers.set("x-forwarded-host", host);
    return;
  }
  headers.set("x-forwarded-for", peerAddress);
  headers.set("x-forwarded-proto", "http");
  headers.set("x-forwarded-host", host);
  headers.set("forwarded", mine);
}

/** An address as RFC 7239 section 6 writes it: IPv6 in brackets and quotes. */
function toNode(address: string): string {
  return address.includes(":") ? `"[${address}]"` : address;
}
