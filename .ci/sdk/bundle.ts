import { existsSync } from "node:fs";
import { join } from "node:path";
import { rolldown } from "rolldown";
import { dts } from "rolldown-plugin-dts";
import manifest from "../../sdk/package.json";
import { repository } from "../step.ts";

const directory = join(repository, "sdk");

/** What others may import, as the manifest says: one module and its types for each of its entry points. */
export const entryPoints = Object.keys(manifest.exports)
  .filter((name) => name !== "./package.json")
  .map((name) => name.slice(2));

/** Bundles the SDK's entry points and their types, by default into sdk/dist. What they share is there once. */
export async function bundleSdk(into = join(directory, "dist")): Promise<void> {
  const missing = entryPoints.filter((name) => !existsSync(join(directory, `${name}.ts`)));
  if (missing.length > 0) throw new Error(`sdk/package.json exports what is not there: ${missing.join(", ")}`);
  const bundle = await rolldown({
    cwd: directory,
    input: Object.fromEntries(entryPoints.map((name) => [name, `${name}.ts`])),
    platform: "neutral",
    // Those of the manifest come with the package or are its user's own. The rest becomes part of it.
    external: [/^node:/, /^typebox(?:\/|$)/, /^elysia(?:\/|$)/],
    checks: { bundlerTimings: false },
    plugins: [dts({ tsconfig: join(repository, "tsconfig.json") })],
  });
  await bundle.write({
    dir: into,
    format: "esm",
    cleanDir: true,
    chunkFileNames: "shared/[name]-[hash].js",
    // Whoever compiles for an older target has no type for what can be disposed of.
    banner: ({ fileName }) => (fileName.endsWith(".d.ts") ? '/// <reference lib="esnext.disposable" />' : ""),
  });
  await bundle.close();
}
