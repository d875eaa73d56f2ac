import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";

export const repository = join(import.meta.dirname, "../../..");

export interface Output {
  readonly code: number;
  readonly text: string;
}

/** A project of somebody else: a directory of its own, into which the packed SDK is installed as from a registry. */
export interface Project {
  readonly directory: string;
  write(name: string, text: string): void;
  /** Copies a file of this repository beside the others; returns its name. */
  copy(path: string): string;
  /** Puts a package of this repository's own among the installed ones. */
  lend(name: string): void;
  run(command: readonly string[], environment?: Readonly<Record<string, string>>): Promise<Output>;
  remove(): void;
}

export function newProject(manifest: object): Project {
  const directory = mkdtempSync(join(tmpdir(), "sdk-project-"));
  const write = (name: string, text: string): void => writeFileSync(join(directory, name), text);
  write("package.json", JSON.stringify({ private: true, type: "module", ...manifest }));
  return {
    directory,
    write,
    copy(path) {
      cpSync(join(repository, path), join(directory, basename(path)));
      return basename(path);
    },
    lend(name) {
      const target = join(directory, "node_modules", name);
      mkdirSync(dirname(target), { recursive: true });
      symlinkSync(join(repository, "node_modules", name), target);
    },
    run: (command, environment) => runIn(directory, command, environment),
    remove: () => rmSync(directory, { recursive: true, force: true }),
  };
}

/** `npm pack` of the SDK, as whoever publishes it does. Returns the path of the tarball. */
export async function packInto(directory: string): Promise<string> {
  const command = ["npm", "pack", "--silent", "--pack-destination", directory];
  const { code, text } = await runIn(join(repository, "sdk"), command);
  if (code !== 0) throw new Error(text);
  return join(directory, text.trim().split("\n").at(-1) ?? "");
}

async function runIn(cwd: string, command: readonly string[], environment: object = {}): Promise<Output> {
  const env = { ...process.env, ...environment };
  const child = Bun.spawn([...command], { cwd, env, stdio: ["ignore", "pipe", "pipe"], timeout: 120_000 });
  const [stdout, stderr, code] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ]);
  return { code, text: stdout + stderr };
}
