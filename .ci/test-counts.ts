export interface TestCounts {
  readonly passed: number;
  readonly failed: number;
}

/**
 * What a run of `bun test` amounts to, by the summary at its end and its exit code. Without a summary (a test ended the
 * process), without an executed test, or when it fails without a failing test (coverage below the threshold), that is
 * one failure.
 */
export function countTests(output: string, exitCode: number): TestCounts {
  const lines = Bun.stripANSI(output).split("\n");
  const end = lines.findLastIndex((line) => /^Ran \d+ tests? across /.test(line));
  const summary = lines.slice(lines.lastIndexOf("", end) + 1, Math.max(0, end));
  const count = (word: string) =>
    Number(
      summary
        .find((line) => line.endsWith(` ${word}`))
        ?.trim()
        .split(" ")[0] ?? 0,
    );

  const passed = count("pass");
  const failed = count("fail");
  const silentFailure = failed === 0 && (exitCode !== 0 || passed === 0);
  return { passed, failed: silentFailure ? 1 : failed };
}
