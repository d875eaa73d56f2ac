import type { Host, Principal } from "@isaas/gateway-sdk/plugin";
import { AccountBook, type ApiKey } from "./account-book.ts";
import { findDuplicates } from "./find-duplicates.ts";
import { type Client, type User, usersFileSchema } from "./users-file.ts";

export interface AccountsOptions {
  readonly host: Pick<Host, "readFile" | "watchFile" | "log">;
  /** USERS_FILE; undefined: nobody has an account. */
  readonly path: string | undefined;
  /** An Auth Service knows the users: one that is not in the file may be somebody all the same. */
  readonly hasOtherUsers: boolean;
}

/** Who is known, by the users file as it is now. */
export class Accounts {
  readonly #options: AccountsOptions;
  readonly #listeners: (() => void)[] = [];
  readonly #stopWatching: () => void;
  #book = new AccountBook({ users: [], clients: [], api_keys: [] });

  /** Reads the file. Throws with every mistake in it. */
  constructor(options: AccountsOptions) {
    this.#options = options;
    const { host, path } = options;
    // Watched before it is read, so that no change falls between.
    this.#stopWatching = path === undefined ? () => {} : host.watchFile(path, () => this.#reloadQuietly());
    try {
      this.#read();
    } catch (error) {
      this.close();
      throw error;
    }
  }

  user(username: string): User | undefined {
    return this.#book.users.get(username);
  }

  client(clientId: string): Client | undefined {
    return this.#book.clients.get(clientId);
  }

  /** Finds also a key that is disabled or over: look at both before it counts. */
  apiKey(key: string): ApiKey | undefined {
    return this.#book.apiKey(key);
  }

  /** True also for whoever is in the file no more. */
  isDisabled(kind: Principal["kind"], subject: string): boolean {
    const account = this.#book.find(kind, subject);
    return account === undefined ? !(kind === "user" && this.#options.hasOtherUsers) : account.disabled;
  }

  /** What passwords of unknown users and secrets of unknown clients are verified against. */
  get decoyHash(): string {
    return this.#book.decoyHash;
  }

  /** Called after each reload: what was concluded from the accounts before may be wrong now. */
  onChange(listener: () => void): void {
    this.#listeners.push(listener);
  }

  /** Reads the file again. Throws with every mistake in it, and everything stays as it was. */
  reload(): void {
    this.#read();
    for (const listener of this.#listeners) listener();
  }

  close(): void {
    this.#stopWatching();
  }

  #read(): void {
    const { host, path } = this.#options;
    if (path === undefined) return;
    const file = host.readFile("users_file", path, usersFileSchema);
    const duplicates = findDuplicates(file);
    if (duplicates.length > 0) throw new TypeError(duplicates.map((line) => `${line} (${path})`).join("\n"));
    this.#book = new AccountBook(file);
    const { users, clients, apiKeys } = this.#book;
    host.log.info({ users: users.size, clients: clients.size, api_keys: apiKeys.size }, "users file read");
  }

  #reloadQuietly(): void {
    try {
      this.reload();
    } catch (error) {
      const reason = error instanceof Error ? error.message : "unknown";
      this.#options.host.log.error({ reason }, "the users file has mistakes: the accounts stay as they were");
    }
  }
}
