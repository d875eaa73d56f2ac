import { repository } from "./step.ts";
import { countTests, type TestCounts } from "./test-counts.ts";

const timeoutMs = 30 * 60_000;

export interface RunOptions {
  /** Shows the output when all of it is there, not as it comes: for a run beside another. Default: false. */
  readonly isQuiet?: boolean;
}

/** Runs `bun test`, one file after the other: two cores do not carry parallel files whose tests measure time. */
export async function runTests(args: readonly string[], { isQuiet = false }: RunOptions = {}): Promise<TestCounts> {
  // --no-orphans: a process that a failed test left behind would keep a CI job's output, and so the job, open.
  const tests = Bun.spawn([process.execPath, "--no-orphans", "test", ...args], {
    cwd: repository,
    env: { ...process.env, CI: process.env["CI"] ?? "true", ...(process.stderr.isTTY && { FORCE_COLOR: "1" }) },
    stdio: ["ignore", isQuiet ? "ignore" : "inherit", "pipe"],
    timeout: timeoutMs,
    killSignal: "SIGKILL",
  });
  // Results and summary are written to stderr.
  const output: Uint8Array[] = [];
  for await (const bytes of tests.stderr) {
    output.push(bytes);
    if (!isQuiet) await Bun.write(Bun.stderr, bytes);
  }
  const exitCode = await tests.exited;
  if (isQuiet) await Bun.write(Bun.stderr, Buffer.concat(output));
  const counts = countTests(Buffer.concat(output).toString(), exitCode);
  if (tests.signalCode) console.error(`bun test was ended by ${tests.signalCode}`);
  else if (exitCode !== 0)
    console.error(`bun test ended with ${exitCode}: a failed test, or coverage below its threshold`);
  return counts;
}
