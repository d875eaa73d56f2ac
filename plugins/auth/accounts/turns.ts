import { Bulkhead } from "./bulkhead.ts";
import { accountPolicy, tooMany } from "./login-throttle.ts";

/** Logins of one account, or of one address, that wait for their turn. Who comes beyond is told to come again. */
const queued = 200;
const crowdedMs = 1000;

/**
 * Lets a few tasks of one key run at once and the others wait: tries that are not decided yet must not stand in the way
 * of tries that are as good.
 */
export class Turns {
  readonly #concurrent: number;
  readonly #users = new Map<string, { readonly bulkhead: Bulkhead; count: number }>();

  constructor(concurrent: number) {
    this.#concurrent = concurrent;
  }

  async run<T>(key: string, task: () => Promise<T>): Promise<T> {
    const users = this.#users.get(key) ?? { bulkhead: this.#createBulkhead(), count: 0 };
    this.#users.set(key, users);
    users.count += 1;
    try {
      return await users.bulkhead.run(task);
    } finally {
      users.count -= 1;
      if (users.count === 0) this.#users.delete(key);
    }
  }

  #createBulkhead(): Bulkhead {
    const full = () => tooMany(accountPolicy, crowdedMs);
    return new Bulkhead({ concurrent: this.#concurrent, queued, full });
  }
}
