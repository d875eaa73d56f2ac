export interface RedisHost {
  readonly host: string;
  readonly port: number;
}

/** Where Redis is and how it lets us in. */
export interface RedisTarget {
  readonly kind: "single" | "sentinel" | "cluster";
  readonly tls: boolean;
  /** Of Redis, of its Sentinels, or of some nodes of the cluster. */
  readonly hosts: readonly RedisHost[];
  readonly username: string | undefined;
  readonly password: string | undefined;
  /** What the Sentinels call the master; an empty string without Sentinels. */
  readonly master: string;
  readonly database: number;
}

const shape =
  /^redis(?<tls>s?)(?:\+(?<kind>sentinel|cluster))?:\/\/(?:(?<user>[^:@/]*):(?<password>[^@/]+)@)?(?<hosts>[^@/?#]+)(?<path>\/[^?#]*)?$/;

const wanted =
  "redis_url: wanted redis://[user:password@]host[:port][/database], redis+sentinel://[user:password@]host[:port],.../master-name[/database] " +
  "or redis+cluster://[user:password@]host[:port],..., rediss for TLS, special characters of user and password percent-encoded";

/**
 * Understands `redis://`, `redis+sentinel://` and `redis+cluster://`, each also as `rediss` for TLS. Ports are 6379 and
 * 26379 for Sentinels where none is given, the database is 0. With Sentinels the user is that of Redis, and the password
 * is shown to both. Throws a TypeError that does not repeat the URL, which may hold a password.
 */
export function parseRedisUrl(url: string): RedisTarget {
  const parts = shape.exec(url)?.groups;
  if (parts === undefined) throw new TypeError(wanted);
  const kind = (parts["kind"] ?? "single") as "single" | "sentinel" | "cluster";
  const hosts = (parts["hosts"] ?? "").split(",").map((host) => parseHost(host, kind === "sentinel" ? 26379 : 6379));
  const path = (parts["path"] ?? "").split("/").slice(1);
  const master = kind === "sentinel" ? decode(path.shift() ?? "") : "";
  const [database = "", ...rest] = path;
  const isOdd =
    (kind === "single" && hosts.length > 1) ||
    (kind === "sentinel" && master === "") ||
    (kind === "cluster" && database !== "") ||
    !/^\d{0,4}$/.test(database) ||
    rest.length > 0;
  if (isOdd) throw new TypeError(wanted);
  return {
    kind,
    tls: parts["tls"] === "s",
    hosts,
    username: decode(parts["user"] ?? "") || undefined,
    password: parts["password"] === undefined ? undefined : decode(parts["password"]),
    master,
    database: Number(database),
  };
}

/** Whether parseRedisUrl understands it. */
export function isRedisUrl(url: string): boolean {
  try {
    return parseRedisUrl(url).hosts.length > 0;
  } catch {
    return false;
  }
}

function parseHost(text: string, defaultPort: number): RedisHost {
  const [, bracketed, plain, port = String(defaultPort)] =
    /^(?:\[([0-9A-Fa-f:.]+)\]|([A-Za-z0-9._-]+))(?::(\d{1,5}))?$/.exec(text) ?? [];
  const host = bracketed ?? plain;
  if (host === undefined || Number(port) < 1 || Number(port) > 65535) throw new TypeError(wanted);
  return { host, port: Number(port) };
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new TypeError(wanted);
  }
}
