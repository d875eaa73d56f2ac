export interface BulkheadOptions {
  /** How many tasks run at once. */
  readonly concurrent: number;
  /** How many wait for their turn, the first come first; 0: none. */
  readonly queued: number;
  /** What whoever finds no place is told. */
  readonly full: () => Error;
}

/** Lets so many tasks run at once and so many wait; refuses the rest at once. */
export class Bulkhead {
  readonly #options: BulkheadOptions;
  readonly #waiting: (() => void)[] = [];
  #running = 0;

  constructor(options: BulkheadOptions) {
    this.#options = options;
  }

  async run<T>(task: () => Promise<T>): Promise<T> {
    const { concurrent, queued, full } = this.#options;
    if (this.#running < concurrent) this.#running += 1;
    else if (this.#waiting.length < queued) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    else throw full();
    try {
      return await task();
    } finally {
      // The place goes on to the next one; nobody can slip in between.
      const next = this.#waiting.shift();
      if (next === undefined) this.#running -= 1;
      else next();
    }
  }
}
