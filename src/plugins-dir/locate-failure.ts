import { readFileSync } from "node:fs";
import { join, sep } from "node:path";

/** Why a plugin failed, and where: a file with its line, where one is known. */
export interface LocatedFailure {
  readonly reason: string;
  readonly source: string;
}

/** Reads out of an error what the writer of the plugin has to know. `entry` is the plugin's file, `folder` the directory. */
export function locateFailure(error: unknown, entry: string, folder: string): LocatedFailure {
  // A file with several mistakes: the first is where to begin.
  if (error instanceof AggregateError && error.errors.length > 0) return locateFailure(error.errors[0], entry, folder);
  if (!isMessage(error)) return { reason: `a thrown ${typeof error}`, source: entry };
  const reason = oneLine(error.message);
  return { reason, source: positionOf(error) ?? importOf(error, entry) ?? frameOf(error, folder) ?? entry };
}

/** What Bun throws for code that it cannot read, and for imports that lead nowhere, need not be an Error. */
interface BuildMessage {
  readonly message: string;
  readonly stack?: string;
  readonly position?: { readonly file: string; readonly line: number } | null;
  /** The file that imports, and what it asks for. */
  readonly referrer?: string;
  readonly specifier?: string;
}

function isMessage(error: unknown): error is BuildMessage {
  return typeof error === "object" && error !== null && "message" in error && typeof error.message === "string";
}

function positionOf({ position }: BuildMessage): string | undefined {
  return position == null ? undefined : `${position.file}:${position.line}`;
}

/** The line that imports what is not there: the runtime does not say which. */
function importOf({ referrer, specifier, message }: BuildMessage, entry: string): string | undefined {
  const missing = specifier ?? /^Export named '([^']+)' not found/.exec(message)?.[1];
  if (missing === undefined) return undefined;
  return lineWith(missing, referrer ?? entry);
}

/** The first line of a file that holds a text. */
export function lineWith(text: string, file: string): string | undefined {
  try {
    const index = readFileSync(file, "utf8")
      .split("\n")
      .findIndex((line) => line.includes(text));
    return index < 0 ? undefined : `${file}:${index + 1}`;
  } catch {
    return undefined;
  }
}

/** The innermost frame of the stack that is code of the directory. */
function frameOf({ stack = "" }: BuildMessage, folder: string): string | undefined {
  for (const [, file = "", line = ""] of stack.matchAll(/^\s+at (?:.*\()?(\/.*?):(\d+)(?::\d+)?\)?$/gm)) {
    if (file.startsWith(folder + sep) && !file.startsWith(join(folder, "node_modules") + sep)) return `${file}:${line}`;
  }
  return undefined;
}

function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, " ").trim().slice(0, 300) || "an error without a message";
}
