import { mkdtempSync, mkdirSync, renameSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { version } from "../package.json";

// The sourcemap names files relative to the working directory; from one place every build gives the same bytes.
process.chdir(join(import.meta.dirname, ".."));
const executable = "dist/gateway";

/** Builds src/main.ts into dist/gateway: one file that reads nothing from the directory it runs in. */
async function build(): Promise<void> {
  mkdirSync("dist", { recursive: true });
  // Built under the same file name (it is part of the bytes) in a directory of its own, then moved: a running gateway
  // can be replaced, and no one ever sees half an executable.
  const scratch = mkdtempSync("dist/.build-");
  try {
    const result = await Bun.build({
      entrypoints: ["./src/main.ts"],
      target: "bun",
      // Top-level await breaks bytecode in any other format.
      format: "esm",
      minify: true,
      sourcemap: "linked",
      bytecode: true,
      compile: {
        outfile: join(scratch, "gateway"),
        // Files of the working directory must not become settings or, by a preload, code of the gateway.
        autoloadDotenv: false,
        autoloadBunfig: false,
        autoloadTsconfig: false,
        autoloadPackageJson: false,
      },
      define: {
        "process.env.NODE_ENV": JSON.stringify("production"),
        // CommonJS packages would carry the path of this directory into the executable.
        __dirname: JSON.stringify("/$bunfs/root"),
        __filename: JSON.stringify("/$bunfs/root/gateway"),
      },
      throw: false,
    });
    for (const log of result.logs) console.error(log);
    if (!result.success) throw new Error("src/main.ts does not build");
    renameSync(join(scratch, "gateway"), executable);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

const startedMs = performance.now();
try {
  await build();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
}
const megabytes = (statSync(executable).size / 1e6).toFixed(1);
const seconds = ((performance.now() - startedMs) / 1000).toFixed(1);
console.log(`dist/gateway ${version}: ${megabytes} MB in ${seconds} s`);
