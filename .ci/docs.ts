import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { configurationPage } from "./docs/configuration.ts";
import { describeDrift } from "./docs/drift.ts";
import { repository } from "./step.ts";

// `bun run docs` writes the generated pages; with --check it changes nothing and exits 1 when one is not up to date.
const pages: readonly { readonly path: string; readonly make: () => string }[] = [
  { path: "docs/configuration.md", make: configurationPage },
];

const mayWrite = !process.argv.includes("--check");
for (const { path, make } of pages) {
  const wanted = await format(path, make());
  const got = read(path);
  if (got === wanted) continue;
  if (mayWrite) {
    writeFileSync(join(repository, path), wanted);
    console.log(`${path} written`);
  } else {
    console.error(`${path} ${describeDrift(got, wanted)}\nrun \`bun run docs\``);
    process.exitCode = 1;
  }
}

/** As `bun fmt` leaves it, so that the formatter and this check agree. */
async function format(path: string, text: string): Promise<string> {
  const formatter = Bun.spawn([process.execPath, "fmt", `--stdin-filepath=${path}`], {
    cwd: repository,
    stdio: [Buffer.from(text), "pipe", "inherit"],
  });
  const formatted = await new Response(formatter.stdout).text();
  if ((await formatter.exited) !== 0) throw new Error(`bun fmt cannot format ${path}`);
  return formatted;
}

function read(path: string): string | undefined {
  try {
    return readFileSync(join(repository, path), "utf8");
  } catch {
    return undefined;
  }
}
