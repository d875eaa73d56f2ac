/** W3C Trace Context: version, trace id, parent id, flags; a later version may add fields behind them. */
const wellFormed = /^(?!ff)[0-9a-f]{2}-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}(?:$|-)/;
const longest = 256;

const random = Buffer.alloc(24);

/** The caller's traceparent when it is well-formed, else a new one, not sampled. */
export function toTraceparent(sent: string | null): string {
  if (
    sent !== null &&
    sent.length <= longest &&
    wellFormed.test(sent) &&
    (!sent.startsWith("00") || sent.length === 55)
  )
    return sent;
  crypto.getRandomValues(random);
  return `00-${random.toString("hex", 0, 16)}-${random.toString("hex", 16)}-00`;
}

export function traceIdOf(traceparent: string): string {
  return traceparent.slice(3, 35);
}
