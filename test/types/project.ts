import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const repository = join(import.meta.dirname, "../..");

/** A project in another directory that uses the SDK as this repository's own tests do. */
export interface Project {
  readonly directory: string;
  write(name: string, text: string): void;
  /** Runs `bun check`; the places of what it complains of, and how long it checked. */
  check(): Promise<{ readonly places: readonly string[]; readonly seconds: number }>;
  remove(): void;
}

export function createProject(): Project {
  const directory = mkdtempSync(join(tmpdir(), "types-"));
  const write = (name: string, text: string): void => writeFileSync(join(directory, name), text);
  symlinkSync(join(repository, "node_modules"), join(directory, "node_modules"));
  write(
    "tsconfig.json",
    JSON.stringify({
      extends: join(repository, "tsconfig.json"),
      compilerOptions: { paths: { "@isaas/gateway-sdk/*": [join(repository, "sdk/*.ts")] } },
      include: ["*.ts"],
      exclude: ["node_modules"],
    }),
  );
  return {
    directory,
    write,
    async check() {
      const child = Bun.spawn([process.execPath, "check", "--no-pretty", "--all", "--timing"], {
        cwd: directory,
        stdout: "pipe",
        stderr: "pipe",
      });
      const startMs = performance.now();
      const texts = await Promise.all([new Response(child.stdout).text(), new Response(child.stderr).text()]);
      const seconds = (performance.now() - startMs) / 1000;
      const places = [...texts.join("\n").matchAll(/^(\S+?)\((\d+),\d+\): error/gm)];
      return { places: [...new Set(places.map(([, file, line]) => `${file}:${line}`))], seconds };
    },
    remove: () => rmSync(directory, { recursive: true }),
  };
}
