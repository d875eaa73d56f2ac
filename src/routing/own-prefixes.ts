import type { Handler } from "@isaas/gateway-sdk/plugin";
import { isBelow } from "./is-below.ts";
import type { Destination } from "./route.ts";
import type { RouteTable } from "./table.ts";

/** The prefixes in the route table at which the gateway itself answers. */
export class OwnPrefixes {
  readonly #table: RouteTable<Destination>;
  readonly #chain: Handler;
  readonly #entries = new Map<string, Destination>();

  constructor(table: RouteTable<Destination>, chain: Handler) {
    this.#table = table;
    this.#chain = chain;
  }

  /** Makes them the prefixes. Throws a RangeError, and has changed nothing, when a route answers below a new one. */
  replace(prefixes: readonly string[], routes: readonly { readonly pathPrefix: string }[] = []): void {
    const fresh = prefixes.filter((prefix) => !this.#entries.has(prefix));
    const inTheWay = routes.find(({ pathPrefix }) => fresh.some((prefix) => isBelow(pathPrefix, prefix)));
    if (inTheWay !== undefined) throw new RangeError(`a route at ${inTheWay.pathPrefix}`);
    for (const [prefix, entry] of this.#entries) {
      if (prefixes.includes(prefix)) continue;
      this.#table.remove(entry);
      this.#entries.delete(prefix);
    }
    for (const pathPrefix of fresh) {
      const entry = { pathPrefix, methods: undefined, chain: this.#chain };
      this.#table.add(entry);
      this.#entries.set(pathPrefix, entry);
    }
  }
}
