import type { Log } from "@isaas/gateway-sdk/plugin";
import { Bulkhead } from "./bulkhead.ts";
import { notNow } from "./refusals.ts";

/** Longer ones are nobody's password. Hashing them would only cost time. */
export const mostPasswordBytes = 1024;

export interface PasswordsOptions {
  /** Verified where there is no hash: a hash that no password fits. Asked for each time. */
  readonly decoyHash: () => string;
  readonly log: Log;
  /** Hashes at once. Default: 2, since each keeps a core busy and takes 64 MiB. */
  readonly concurrent?: number;
  /** Passwords that wait. Default: 64, some seconds of work. */
  readonly queued?: number;
}

/** Verifies passwords off the main thread, a few at once. */
export class Passwords {
  readonly #options: PasswordsOptions;
  readonly #bulkhead: Bulkhead;

  constructor(options: PasswordsOptions) {
    const { concurrent = 2, queued = 64 } = options;
    this.#options = options;
    this.#bulkhead = new Bulkhead({
      concurrent,
      queued,
      full: () => notNow("Too many logins at once: try again soon."),
    });
  }

  /**
   * Without a hash (nobody of that name) it takes as long as with a wrong password, and is false. So it is at once for
   * an empty password and for one of more than 1,024 bytes, whoever's it is. Rejects with SERVICE_UNAVAILABLE when too
   * many wait.
   */
  async verify(hash: string | undefined, password: string): Promise<boolean> {
    if (password === "" || Buffer.byteLength(password) > mostPasswordBytes) return false;
    return this.#bulkhead.run(async () => {
      const fits = await this.#fits(hash ?? this.#options.decoyHash(), password);
      return fits && hash !== undefined;
    });
  }

  /** A hash whose cost is out of bounds fits nothing: a refusal that others could tell would say that its user exists. */
  async #fits(hash: string, password: string): Promise<boolean> {
    try {
      return await Bun.password.verify(password, hash);
    } catch (error) {
      const code = error instanceof Error && "code" in error ? error.code : undefined;
      this.#options.log.error({ code }, "a password hash of the users file cannot be verified");
      return false;
    }
  }
}
