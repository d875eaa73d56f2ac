import { existsSync } from "node:fs";
import { join } from "node:path";
import { repository, runStep } from "./step.ts";

const bun = process.execPath;

const checks: { readonly name: string; readonly command: readonly string[]; readonly needs?: string }[] = [
  { name: "format", command: [bun, "fmt", "--check"] },
  { name: "lint", command: [bun, "node_modules/oxlint/bin/oxlint"] },
  // Without --no-script, `bun check` runs the script of that name: this one.
  { name: "types", command: [bun, "check", "--no-script"] },
  { name: "docs", command: [bun, ".ci/docs.ts", "--check"], needs: ".ci/docs.ts" },
];

const failed: string[] = [];
for (const { name, command, needs } of checks) {
  if (needs !== undefined && !existsSync(join(repository, needs))) continue;
  console.log(`\n${name}`);
  const { ok, tookMs } = await runStep(command);
  console.log(`${name} ${ok ? "passed" : "FAILED"} in ${Math.round(tookMs)} ms`);
  if (!ok) failed.push(name);
}
if (failed.length > 0) {
  console.error(`\ncheck failed: ${failed.join(", ")}`);
  process.exit(1);
}
