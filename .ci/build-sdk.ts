import { existsSync } from "node:fs";
import { join } from "node:path";
import { repository, runStep } from "./step.ts";

// Run by `npm pack` in sdk/, also in a fresh clone: whatever the bundler needs is installed first.
if (!existsSync(join(repository, "node_modules/rolldown-plugin-dts"))) {
  const { ok } = await runStep([process.execPath, "install", "--frozen-lockfile"]);
  if (!ok) process.exit(1);
}
const { bundleSdk } = await import("./sdk/bundle.ts");
try {
  await bundleSdk(process.argv[2]);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
}
