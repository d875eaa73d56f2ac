/** Methods whose requests may be done twice (RFC 9110 section 9.2.2), but TRACE, which no route serves. */
export const idempotentMethods: ReadonlySet<string> = new Set(["GET", "HEAD", "OPTIONS", "PUT", "DELETE"]);
