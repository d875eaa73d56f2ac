/** The wanted port, or 0 (any free one) when somebody else has it. */
export function freePort(wanted: number, hostname: string): number {
  if (wanted === 0) return 0;
  try {
    Bun.listen({ hostname, port: wanted, socket: { data() {} } }).stop(true);
    return wanted;
  } catch {
    return 0;
  }
}

/** PORT of the environment, 8000 without. */
export function wantedPort(text = "8000"): number {
  const port = Number(text);
  if (!/^\d{1,5}$/.test(text) || port > 65_535) throw new RangeError(`PORT: wanted 0 to 65535, got ${text}`);
  return port;
}
