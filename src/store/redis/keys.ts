/** The names of all that we keep in Redis. One hash tag keeps them on one node of a cluster, as scripts need them. */
export class Keys {
  /** Where changes and nudges are published. Channels, unlike keys, are shared by the databases of a server. */
  readonly channel: string;
  /** When they came and when they were last heard, as sorted sets, and what they told, as a hash; all by id. */
  readonly members: readonly [joined: string, heard: string, told: string];
  readonly #base: string;
  readonly #prefix: string;

  constructor(prefix: string, database: number) {
    this.#prefix = prefix;
    this.#base = `${prefix}{store}:`;
    this.channel = `${this.#base}news:${database}`;
    this.members = [`${this.#base}joined`, `${this.#base}heard`, `${this.#base}told`];
  }

  /** A hash of the entries, the table's state, and a list of its last changes. */
  table(name: string): readonly [entries: string, state: string, changes: string] {
    return [`${this.#base}entries:${name}`, `${this.#base}state:${name}`, `${this.#base}changes:${name}`];
  }

  /** A sorted set: when each ends, in milliseconds since 1970. */
  leases(name: string): string {
    return `${this.#base}leases:${name}`;
  }

  /** A hash of one key's tries. These need no common node: each is asked for alone. */
  attempts(name: string, key: string): string {
    return `${this.#prefix}attempts:${name}:${key}`;
  }

  /** What the keys of buckets begin with. A request asks for several in one script: they share a node, not the store's. */
  buckets(name: string): string {
    return `${this.#prefix}{limits}:${name}:`;
  }
}
