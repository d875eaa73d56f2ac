const wellFormed = /^[\w-]{1,64}$/;

/** The caller's X-Request-ID when it is well-formed, else a new UUIDv7 (RFC 9562), which sorts by time. */
export function toRequestId(sent: string | null): string {
  return sent !== null && wellFormed.test(sent) ? sent : Bun.randomUUIDv7();
}
