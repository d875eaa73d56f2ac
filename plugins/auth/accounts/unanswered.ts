import type { Changes } from "@isaas/gateway-sdk/store";

interface Attempt {
  readonly before: string | undefined;
  readonly tried: ReadonlySet<string>;
}

/**
 * Writes that the store did not answer: it may have done them all the same, or still do so until the next write that it
 * does answer. Nobody was told of them, so they must not have been: who tries again has to find what was there before.
 */
export class Unanswered {
  readonly #attempts = new Map<string, Attempt>();

  /** `entries`: as they would be without all that was not answered before. What was to go may stay gone. */
  add(changes: Changes, entries: ReadonlyMap<string, string>): void {
    for (const [key, text] of changes) {
      const before = entries.get(key);
      if (text === undefined || text === before) continue;
      this.#attempts.set(key, { before, tried: new Set([text, ...(this.#attempts.get(key)?.tried ?? [])]) });
    }
  }

  /** The changes that take back what was done. */
  undo(entries: ReadonlyMap<string, string>): Changes {
    const done = [...this.#attempts].filter(([key, { tried }]) => tried.has(entries.get(key) ?? ""));
    return new Map(done.map(([key, { before }]) => [key, before]));
  }

  /** Since the store has answered a later write, it will do none of them any more. */
  clear(): void {
    this.#attempts.clear();
  }
}
