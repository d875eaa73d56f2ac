import { isIP } from "node:net";

/** A name behind which a service's instances stand: `dns://name:port/base` or `dns://name/base`. */
export interface DnsTarget {
  readonly name: string;
  /** Port of all its addresses; undefined: the name's SRV records say hosts and ports. */
  readonly port: number | undefined;
  /** Put in front of every forwarded path: empty, or with a slash at its start and none at its end. */
  readonly basePath: string;
}

/** Reads a URL with the scheme `dns`; undefined when its host is no name, or an address without a port. */
export function toDnsTarget(url: URL): DnsTarget | undefined {
  const name = url.hostname.replace(/^\[(.*)\]$/, "$1").toLowerCase();
  const port = url.port === "" ? undefined : Number(url.port);
  if (isIP(name) === 0 ? !isName(name) : port === undefined) return undefined;
  // Read as the http URL it becomes: a path after a strange scheme keeps its backslashes.
  const { pathname } = new URL(`http://instance${url.pathname}`);
  return { name, port, basePath: pathname.replace(/\/+$/, "") };
}

/** Letters, digits, hyphens, and the underscores of SRV names. Digits alone at the end would be a mistyped address. */
function isName(text: string): boolean {
  const labels = text.replace(/\.$/, "").split(".");
  return (
    text.length <= 254 &&
    labels.every((label) => /^[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?$/.test(label)) &&
    !/^\d+$/.test(labels.at(-1) ?? "")
  );
}
