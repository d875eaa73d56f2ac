import { existsSync } from "node:fs";
import { join } from "node:path";
import { runTests } from "./run-tests.ts";
import { repository, runStep } from "./step.ts";

// `bun run test`: set-up, checks, the executable, every test. Its last line is `N passed, N failed`.
const soak = process.argv.includes("--soak");

if (soak && !existsSync(join(repository, "test/soak"))) {
  console.log("no soak tests yet");
  process.exit(0);
}

let passed = 0;
let failed = 0;

// Without the packages nothing else can run; a failing check or build leaves the tests worth running.
if (await runs("install")) {
  if (!soak) await runs("check");
  await runs("build");
  console.log("\n== test");
  const tests = await runTests(soak ? ["test/soak"] : ["--coverage", "--path-ignore-patterns=test/soak/**"]);
  passed += tests.passed;
  failed += tests.failed;
}
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);

async function runs(name: "install" | "check" | "build"): Promise<boolean> {
  console.log(`\n== ${name}`);
  const { ok, tookMs } = await runStep([process.execPath, `.ci/${name}.ts`]);
  console.log(`== ${name} ${ok ? "passed" : "FAILED"} in ${Math.round(tookMs)} ms`);
  if (!ok) failed += 1;
  return ok;
}
