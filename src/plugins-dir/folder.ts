import { existsSync, lstatSync, readdirSync, realpathSync, statSync } from "node:fs";
import { join } from "node:path";
import type { SettingProblem } from "../config/problem.ts";
import { distrust, distrustFolder } from "./trust.ts";

/** A plugin as it lies in the directory. */
export interface PluginFile {
  /** `stamp.ts`, or `stamp` for a folder. */
  readonly label: string;
  /** The file to import. */
  readonly path: string;
  /** Changes when anything that belongs to it does. */
  readonly print: string;
}

/** A plugin that must not run. */
export interface RefusedFile {
  readonly label: string;
  readonly problem: SettingProblem;
}

export interface FolderContent {
  /** The directory, with all links resolved. */
  readonly folder: string;
  readonly files: readonly PluginFile[];
  readonly refused: readonly RefusedFile[];
  /** Why nothing of it must run. */
  readonly problem?: SettingProblem;
}

/** Lists the plugins of a directory by name. */
export function readFolder(directory: string): FolderContent {
  let folder: string;
  let names: string[];
  try {
    folder = realpathSync(directory);
    names = readdirSync(folder).toSorted();
  } catch (cause) {
    return nothingOf(directory, describeUnreadable(cause));
  }
  const reason = distrustFolder(folder);
  if (reason !== undefined) return nothingOf(directory, reason);

  const files: PluginFile[] = [];
  const refused: RefusedFile[] = [];
  // Folders without an index belong to all plugins.
  const shared: string[] = [];
  for (const label of names) {
    const found = readEntry(label, folder);
    if (found === undefined) continue;
    if ("got" in found) {
      const problem = { path: `plugin ${label}`, wanted: "files that only their owner can write", ...found };
      refused.push({ label, problem });
    } else if (found.path === undefined) shared.push(found.print);
    else files.push({ label, path: found.path, print: found.print });
  }
  const common = shared.join("\n");
  return {
    folder,
    refused,
    files: files.map(({ label, path, print }) => ({ label, path, print: `${print}\n${common}` })),
  };
}

function nothingOf(directory: string, got: string): FolderContent {
  const wanted = "a directory that only its owner can write";
  return {
    folder: directory,
    files: [],
    refused: [],
    problem: { path: "plugins_dir", wanted, got, source: directory },
  };
}

type Distrusted = Pick<SettingProblem, "got" | "source">;
type Found = Pick<PluginFile, "print"> & { readonly path: string | undefined };

function readEntry(name: string, folder: string): Found | Distrusted | undefined {
  const path = join(folder, name);
  // Packages, for whoever wants some, and whatever is hidden are no plugins.
  if (name.startsWith(".") || name === "node_modules") return undefined;
  try {
    const isFolder = statSync(path).isDirectory();
    if (!isFolder && !isCode(name)) return undefined;
    // Before what is in it is looked at: that may be another place altogether.
    const own = distrust(path, folder);
    if (own !== undefined) return { got: own, source: path };
    const parts = isFolder ? [path, ...filesBelow(path)] : [path];
    for (const part of parts) {
      const got = distrust(part, folder);
      if (got !== undefined) return { got, source: part };
    }
    const print = parts.map((part) => `${part} ${printOf(part)}`).join("\n");
    const index = ["index.ts", "index.js"].map((file) => join(path, file)).find((file) => existsSync(file));
    return { path: isFolder ? index : path, print };
  } catch {
    // It went while it was looked at, or is a link that leads nowhere.
    return isCode(name) && isLink(path) ? { got: "a link that leads nowhere", source: path } : undefined;
  }
}

function isCode(name: string): boolean {
  return /\.[jt]s$/.test(name) && !/\.(?:d|test)\.[jt]s$/.test(name);
}

/** Everything in a folder, packages left out. */
function filesBelow(directory: string): string[] {
  const entries = readdirSync(directory, { withFileTypes: true }).filter(({ name }) => name !== "node_modules");
  const paths = entries.map(({ name }) => join(directory, name));
  const inner = entries.filter((entry) => entry.isDirectory()).map(({ name }) => filesBelow(join(directory, name)));
  return [...paths, ...inner.flat()].toSorted();
}

function isLink(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === true;
}

function printOf(path: string): string {
  const { mtimeMs, ctimeMs, size, ino } = statSync(path);
  return `${mtimeMs} ${ctimeMs} ${size} ${ino}`;
}

function describeUnreadable(cause: unknown): string {
  const code = cause instanceof Error && "code" in cause ? cause.code : undefined;
  if (code === "ENOENT") return "no such directory";
  if (code === "ENOTDIR") return "no directory";
  return code === "EACCES" ? "no permission to read it" : "one that cannot be read";
}
