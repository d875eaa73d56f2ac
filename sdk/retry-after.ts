/** How long an answer asks to be left alone (RFC 9110 section 10.2.3), in milliseconds; 0 when it does not say. */
export function retryAfterMs({ headers }: Pick<Response, "headers">, nowMs: number): number {
  const text = headers.get("retry-after");
  if (text === null) return 0;
  if (/^\d+$/.test(text)) return Number(text) * 1000;
  const untilMs = Date.parse(text);
  return Number.isNaN(untilMs) ? 0 : Math.max(0, untilMs - nowMs);
}
