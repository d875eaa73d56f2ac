/** Headers of one connection, never passed on (RFC 9110 section 7.6.1). */
export const hopByHop: readonly string[] = [
  "connection",
  "keep-alive",
  "proxy-connection",
  "proxy-authenticate",
  "proxy-authorization",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
  "http2-settings",
];

/** The header names that a Connection header declares to be of this connection alone. */
export function connectionNames(connection: string): string[] {
  return connection
    .split(",")
    .map((name) => name.trim().toLowerCase())
    .filter((name) => /^[!#$%&'*+.^_`|~0-9a-z-]+$/.test(name));
}
