/** Gives out each name once: the second that wants `a` gets `a_2`. */
export class Names {
  readonly #taken = new Set<string>();
  readonly #next = new Map<string, number>();

  take(wanted: string): string {
    let name = wanted;
    let number = this.#next.get(wanted) ?? 2;
    // Going on where the last one stopped keeps a thousand equal names from costing a million steps.
    while (this.#taken.has(name)) {
      name = `${wanted}_${number}`;
      number += 1;
    }
    this.#next.set(wanted, number);
    this.#taken.add(name);
    return name;
  }
}
