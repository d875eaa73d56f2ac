/** Remembers a number of things by digest; when it is full, each new one pushes the oldest out. */
export class KnownTokens<T> {
  readonly #values = new Map<string, T>();
  /** A ring of digests in the order in which they came: deleting a Map's first key again and again is slow. */
  readonly #order: (string | undefined)[];
  #next = 0;

  constructor(most: number) {
    this.#order = Array.from({ length: most }, () => undefined);
  }

  get(digest: string): T | undefined {
    return this.#values.get(digest);
  }

  add(digest: string, value: T): void {
    const oldest = this.#order[this.#next];
    if (oldest !== undefined) this.#values.delete(oldest);
    this.#order[this.#next] = digest;
    this.#next = (this.#next + 1) % this.#order.length;
    this.#values.set(digest, value);
  }

  delete(digest: string): void {
    this.#values.delete(digest);
  }

  clear(): void {
    this.#values.clear();
  }
}
