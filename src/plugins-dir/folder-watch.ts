import { SettingsError, type SettingProblem } from "../config/problem.ts";
import { type FolderContent, readFolder } from "./folder.ts";
import { Guest } from "./guest.ts";
import type { Change } from "./swap.ts";

const everyMs = 1000;

export interface FolderWatchOptions {
  readonly directory: string;
  /** In use already. */
  readonly guests: readonly Guest[];
  /** Puts one copy in the place of another. Rejects with a SettingsError when it must not be. */
  readonly swap: (change: Change) => Promise<void>;
  readonly onSwapped: (label: string, change: Change) => void;
  readonly onRefused: (label: string, problems: readonly SettingProblem[]) => void;
}

/**
 * Follows what lies in PLUGINS_DIR. Looks each second rather than be told, as files are replaced by renaming and some
 * file systems tell nothing; a file counts as changed once it has stayed as it is for a round.
 */
export class FolderWatch {
  readonly #options: FolderWatchOptions;
  readonly #guests: Map<string, Guest>;
  /** What each file was when it was last looked at, and when something was last made of it. */
  #seen = new Map<string, string>();
  readonly #tried: Map<string, string>;
  readonly #timer: ReturnType<typeof setInterval>;
  #turn: Promise<void> = Promise.resolve();
  #isLost = false;
  #isClosed = false;

  constructor(options: FolderWatchOptions) {
    this.#options = options;
    this.#guests = new Map(options.guests.map((guest) => [guest.file.label, guest]));
    this.#tried = new Map(options.guests.map(({ file }) => [file.label, file.print]));
    this.#timer = setInterval(() => void this.#queue(false), everyMs);
    this.#timer.unref();
  }

  /** Takes what has changed at once, and tries again what was refused before. */
  look(): Promise<void> {
    return this.#queue(true);
  }

  close(): void {
    this.#isClosed = true;
    clearInterval(this.#timer);
  }

  #queue(isForced: boolean): Promise<void> {
    const { directory, onRefused } = this.#options;
    this.#turn = this.#turn
      .then(() => this.#round(isForced))
      // It may have changed while it was looked at. The next round looks again.
      .catch((error: unknown) => onRefused(directory, problemsOf(error, directory)));
    return this.#turn;
  }

  async #round(isForced: boolean): Promise<void> {
    const content = readFolder(this.#options.directory);
    // While the directory itself must not be used, nothing of it is gone.
    if (content.problem !== undefined) {
      if (!this.#isLost) this.#options.onRefused(this.#options.directory, [content.problem]);
      this.#isLost = true;
      return;
    }
    this.#isLost = false;
    const prints = printsOf(content);
    const isDue = (label: string): boolean => {
      const print = prints.get(label);
      if (isForced) return print !== this.#guests.get(label)?.file.print;
      return print !== this.#tried.get(label) && print === this.#seen.get(label);
    };
    // Those that are there come first: a file that has another name by now is not gone for a moment.
    const due = [...new Set([...prints.keys(), ...this.#guests.keys(), ...this.#tried.keys()])].filter(isDue);
    this.#seen = prints;
    for (const label of due) {
      if (this.#isClosed) return;
      const print = prints.get(label);
      if (print === undefined) this.#tried.delete(label);
      else this.#tried.set(label, print);
      await this.#follow(label, content);
    }
  }

  async #follow(label: string, content: FolderContent): Promise<void> {
    const { onRefused } = this.#options;
    const file = content.files.find((file) => file.label === label);
    const problem = content.refused.find((refused) => refused.label === label)?.problem;
    if (problem !== undefined) return onRefused(label, [problem]);
    const next = file && (await Guest.load(file, content.folder));
    if (next !== undefined && !(next instanceof Guest)) return onRefused(label, next);
    // A file that was given another name is no new plugin.
    const old = this.#guests.get(label) ?? (next && this.#gone(next.plugin.name, content));
    if (old === undefined && next === undefined) return;
    try {
      await this.#options.swap({ old, next });
    } catch (error) {
      next?.dispose();
      return onRefused(label, problemsOf(error, label));
    }
    if (old !== undefined) this.#guests.delete(old.file.label);
    if (next !== undefined) this.#guests.set(label, next);
    this.#options.onSwapped(label, { old, next });
  }

  /** The plugin of this name whose file is not there any more. */
  #gone(name: string, { files, refused }: FolderContent): Guest | undefined {
    const labels = new Set([...files, ...refused].map(({ label }) => label));
    return [...this.#guests.values()].find(({ plugin, file }) => plugin.name === name && !labels.has(file.label));
  }
}

function printsOf({ files, refused }: FolderContent): Map<string, string> {
  return new Map([
    ...files.map(({ label, print }) => [label, print] as const),
    ...refused.map(({ label, problem }) => [label, problem.got] as const),
  ]);
}

function problemsOf(error: unknown, label: string): readonly SettingProblem[] {
  if (error instanceof SettingsError) return error.problems;
  const got = error instanceof Error ? error.message : "another failure";
  return [{ path: `plugin ${label}`, wanted: "a plugin that can be put in place", got, source: label }];
}
