import { isIP } from "node:net";
import type { AddressRules } from "./address-rules.ts";
import { findDialable } from "./addresses.ts";
import type { Catalogue } from "./catalogue.ts";
import type { HealthBoard } from "./health-board.ts";

/** Each name is looked up again within so many ticks of a second, so that new addresses serve within half a minute. */
const roundTicks = 20;

export interface NameWatchOptions {
  readonly catalogue: Catalogue;
  readonly board: HealthBoard;
  readonly rules: AddressRules;
  readonly resolve: (name: string) => Promise<readonly string[]>;
  /** Called with an instance that is not any more where it was found. */
  readonly onMoved: (key: string) => void;
}

/** Notices when a name leads elsewhere: checks may be an hour apart, and only they find new addresses. */
export class NameWatch {
  readonly #options: NameWatchOptions;
  #waiting: string[] = [];
  #each = 0;

  constructor(options: NameWatchOptions) {
    this.#options = options;
  }

  /** To be called each second. Never rejects. */
  async tick(): Promise<void> {
    const keys = this.#keysByName();
    if (this.#waiting.length === 0) {
      this.#waiting = [...keys.keys()];
      this.#each = Math.ceil(this.#waiting.length / roundTicks);
    }
    const names = this.#waiting.splice(0, this.#each);
    await Promise.all(names.map((name) => this.#look(name, keys.get(name) ?? [])));
  }

  #keysByName(): Map<string, string[]> {
    const byName = new Map<string, string[]>();
    for (const instances of this.#options.catalogue.services.values()) {
      for (const [key, { host, draining }] of instances) {
        if (draining || isIP(host) !== 0) continue;
        const keys = byName.get(host);
        if (keys === undefined) byName.set(host, [key]);
        else keys.push(key);
      }
    }
    return byName;
  }

  async #look(name: string, keys: readonly string[]): Promise<void> {
    const { rules, resolve, board, onMoved } = this.#options;
    const found = await findDialable(name, rules, resolve);
    // A name that cannot be resolved now keeps its last good address until checks say otherwise.
    if ("refused" in found && found.refused === "unresolved") return;
    const addresses = "addresses" in found ? found.addresses : [];
    for (const key of keys) {
      const { address } = board.of(key);
      if (address !== undefined && !addresses.includes(address)) onMoved(key);
    }
  }
}
