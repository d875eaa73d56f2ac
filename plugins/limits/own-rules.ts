import type { Rule } from "./rule.ts";

/** The rules that stand on routes, for whoever wants to see all of them. */
export class OwnRules {
  readonly #isLive: (service: string) => boolean;
  readonly #rules = new Map<string, Rule>();
  #pruneAt = 100;

  constructor(isLive: (service: string) => boolean) {
    this.#isLive = isLive;
  }

  /** Those of services that are there now. */
  get live(): Rule[] {
    this.#prune();
    return [...this.#rules.values()];
  }

  add(rules: readonly Rule[]): void {
    // Services come and go, and new ones have new names: what is gone for good must not add up.
    if (this.#rules.size >= this.#pruneAt) this.#prune();
    for (const rule of rules) if (rule.owner !== undefined) this.#rules.set(`${rule.owner} ${rule.name}`, rule);
  }

  #prune(): void {
    for (const [key, { owner = "" }] of this.#rules) if (!this.#isLive(owner)) this.#rules.delete(key);
    this.#pruneAt = 100 + 2 * this.#rules.size;
  }
}
