import { existsSync } from "node:fs";
import { join } from "node:path";
import { runTests } from "./run-tests.ts";
import { repository, runStep } from "./step.ts";

// `bun run test`: set-up, checks, the executable, every test. Its last line is `N passed, N failed`.
const soak = process.argv.includes("--soak");

/** Tests of the executable that do nothing but wait, a minute or more: beside the others they cost no time. */
const patient = ["test/proxy/quiet.test.ts", "test/auth/trusted-issuers-keys.test.ts"];

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
  const others = ["test/soak/**", ...patient].map((path) => `--path-ignore-patterns=${path}`);
  const tests = soak
    ? [runTests(["test/soak"])]
    : [runTests(["--coverage", ...others]), runTests(patient, { isQuiet: true })];
  for (const counts of await Promise.all(tests)) {
    passed += counts.passed;
    failed += counts.failed;
  }
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
