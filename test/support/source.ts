import { existsSync } from "node:fs";
import { dirname, join, relative } from "node:path";

export const repository = join(import.meta.dirname, "../..");

export interface SourceFile {
  /** From the repository's root, such as `src/main.ts`. */
  readonly path: string;
  readonly code: string;
  /** What it imports, types included: paths from the repository's root, or names of packages. */
  readonly imports: readonly string[];
}

/** All TypeScript files below these directories. */
export async function readSources(directories: readonly string[], ignore = /$^/): Promise<SourceFile[]> {
  const paths = directories.flatMap((directory) => [...new Bun.Glob(`${directory}/**/*.ts`).scanSync(repository)]);
  const wanted = paths.filter((path) => !/(?:^|\/)(?:node_modules|dist)\//.test(path) && !ignore.test(path)).toSorted();
  return Promise.all(
    wanted.map(async (path) => {
      const code = await Bun.file(join(repository, path)).text();
      return { path, code, imports: importsOf(code).map((target) => resolveImport(path, target)) };
    }),
  );
}

const transpiler = new Bun.Transpiler({ loader: "ts" });

/** Run-time imports as Bun sees them, and those of types alone, which it does not. */
export function importsOf(code: string): string[] {
  const plain = withoutComments(code);
  const named = plain.matchAll(/^\s*(?:import|export)\s[^"';]*?\sfrom\s+["']([^"']+)["']/gm);
  const inline = plain.matchAll(/\bimport\(\s*["']([^"']+)["']/g);
  const seen = transpiler.scanImports(code).map(({ path }) => path);
  return [...new Set([...seen, ...[...named, ...inline].map(([, path = ""]) => path)])];
}

export function withoutComments(code: string): string {
  return code.replaceAll(/\/\*[\s\S]*?\*\//g, "").replaceAll(/(^|\s)\/\/.*$/gm, "$1");
}

const sdk = "@isaas/gateway-sdk/";

function resolveImport(from: string, target: string): string {
  if (target.startsWith(sdk)) return `sdk/${target.slice(sdk.length)}.ts`;
  return target.startsWith(".") ? relative(repository, join(repository, dirname(from), target)) : target;
}

/** The files of one circle of imports, or undefined when there is none. */
export function findCycle(files: readonly Pick<SourceFile, "path" | "imports">[]): string[] | undefined {
  const importsByPath = new Map(files.map(({ path, imports }) => [path, imports]));
  const done = new Set<string>();
  const visit = (path: string, trail: readonly string[]): string[] | undefined => {
    if (trail.includes(path)) return [...trail.slice(trail.indexOf(path)), path];
    if (done.has(path)) return undefined;
    for (const next of importsByPath.get(path) ?? []) {
      const cycle = visit(next, [...trail, path]);
      if (cycle !== undefined) return cycle;
    }
    done.add(path);
    return undefined;
  };
  for (const { path } of files) {
    const cycle = visit(path, []);
    if (cycle !== undefined) return cycle;
  }
  return undefined;
}

/** Links of a Markdown text that lead to a file or heading which is not there. `path` is the text's own. */
export async function brokenLinks(path: string, text: string): Promise<string[]> {
  const prose = text.replaceAll(/^(```|~~~)[\s\S]*?^\1/gm, "").replaceAll(/`[^`\n]*`/g, "");
  const targets = [...prose.matchAll(/\]\(([^()\s]+(?:\([^()\s]*\))?)[^()]*\)|^\[[^\]]+\]:\s*(\S+)/gm)];
  const broken: string[] = [];
  for (const [, inline, reference] of targets) {
    const target = inline ?? reference ?? "";
    if (/^[a-z][a-z0-9+.-]*:/i.test(target)) continue;
    const [file = "", anchor] = target.split("#");
    const linked = file === "" ? path : join(dirname(path), decodeURIComponent(file));
    if (!existsSync(join(repository, linked))) broken.push(target);
    else if (anchor !== undefined && linked.endsWith(".md")) {
      const there = file === "" ? text : await Bun.file(join(repository, linked)).text();
      if (!anchorsOf(there).has(anchor)) broken.push(target);
    }
  }
  return broken;
}

/** Anchors as GitHub makes them of headings, and those written by hand. */
export function anchorsOf(markdown: string): Set<string> {
  const anchors = new Set<string>();
  for (const [, heading = ""] of markdown
    .replaceAll(/^(```|~~~)[\s\S]*?^\1/gm, "")
    .matchAll(/^#{1,6}\s+(.+?)\s*#*$/gm)) {
    const text = heading.replaceAll(/\[([^\]]*)\]\([^)]*\)/g, "$1").toLowerCase();
    const slug = text.replaceAll(/[^\p{L}\p{N}\s_-]/gu, "").replaceAll(/\s/g, "-");
    let anchor = slug;
    for (let again = 1; anchors.has(anchor); again += 1) anchor = `${slug}-${again}`;
    anchors.add(anchor);
  }
  for (const [, id = ""] of markdown.matchAll(/<[a-z]+\s[^>]*(?:id|name)="([^"]+)"/gi)) anchors.add(id);
  return anchors;
}
