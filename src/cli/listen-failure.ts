import { isIP } from "node:net";

const taken = "another process has this port";
const elsewhere = "this machine has no such address";

const reasons: ReadonlyMap<unknown, string> = new Map([
  ["EADDRINUSE", taken],
  ["EACCES", "this user may not open this port"],
  ["EADDRNOTAVAIL", elsewhere],
  ["EINVAL", elsewhere],
  ["ENOTFOUND", elsewhere],
]);

/** Says what an operator has to change when the port does not open; an error of another kind stays as it is. */
export function describeListenFailure(error: unknown, host: string, port: number): unknown {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  const known = reasons.get(code);
  if (known === undefined) return error;
  // Bun tells of a name that does not resolve with any of these codes.
  const reason = isIP(host) === 0 && known !== reasons.get("EACCES") ? `${taken}, or ${elsewhere}` : known;
  return new Error(`cannot listen on ${host.includes(":") ? `[${host}]` : host}:${port}: ${reason}`, { cause: error });
}
