import { mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Accounts, type AccountsOptions } from "../../../../plugins/auth/accounts/accounts.ts";
import { readPluginFile } from "../../../../src/config/plugin-file.ts";
import { watchFile } from "../../../../src/config/watch-file.ts";
import { listeningLog } from "../../../store/listening-log.ts";

/** The cheapest that is a hash at all: tests verify it thousands of times. */
export const hashCheaply = (password: string): Promise<string> =>
  Bun.password.hash(password, { algorithm: "argon2id", memoryCost: 8, timeCost: 1 });

export const sha256Of = (text: string): string => `sha256:${new Bun.CryptoHasher("sha256").update(text).digest("hex")}`;

export interface FileOnDisk {
  readonly path: string;
  /** Replaces it as editors do: all at once. An object becomes JSON, which is YAML too. */
  write(content: object | string): void;
  remove(): void;
}

export function newUsersFile(content: object | string, name = "users.yaml"): FileOnDisk {
  const directory = mkdtempSync(join(tmpdir(), "users-"));
  const path = join(directory, name);
  const write = (content: object | string): void => {
    writeFileSync(`${path}.new`, typeof content === "string" ? content : JSON.stringify(content));
    renameSync(`${path}.new`, path);
  };
  write(content);
  return { path, write, remove: () => rmSync(directory, { recursive: true }) };
}

/** Accounts over the real reader and the real watch of files. The caller closes them. */
export function openAccounts(path: string | undefined, more: Partial<AccountsOptions> = {}) {
  const log = listeningLog();
  const host = { readFile: readPluginFile, watchFile, log };
  return { accounts: new Accounts({ host, path, hasOtherUsers: false, ...more }), log };
}

/** Accounts with these users and clients, from a file that is gone again. */
export function accountsWith(content: object) {
  const file = newUsersFile(content);
  const opened = openAccounts(file.path);
  opened.accounts.close();
  file.remove();
  return opened.accounts;
}
