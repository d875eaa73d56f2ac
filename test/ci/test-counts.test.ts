import { describe, expect, test } from "bun:test";
import { countTests } from "../../.ci/test-counts.ts";

const summary = (...counts: string[]) =>
  ["(pass) a > b [0.1ms]", "", ...counts.map((count) => ` ${count}`), "Ran 9 tests across 2 files. [8.00ms]", ""].join(
    "\n",
  );

describe("countTests", () => {
  test("reads bun's summary, past skipped tests, colours and what tests themselves print", () => {
    const noise = " 7 pass\n 7 fail\nRan 7 tests across 1 file. [1.00ms]\n";
    const output = noise + summary("\u001B[32m5 pass\u001B[0m", "1 skip", "1 todo", "0 fail", "20 expect() calls");
    expect(countTests(output, 0)).toEqual({ passed: 5, failed: 0 });
  });

  test("counts failures, those of files that did not load included", () => {
    expect(countTests(summary("3 pass", "2 fail", "1 error", "1 expect() calls"), 1)).toEqual({ passed: 3, failed: 2 });
  });

  test("takes a failing run without a failing test, as by the coverage threshold, for one failure", () => {
    expect(countTests(summary("5 pass", "0 fail"), 1)).toEqual({ passed: 5, failed: 1 });
  });

  test("takes a run without an executed test for one failure", () => {
    expect(countTests(summary("0 pass", "4 skip", "0 fail"), 0)).toEqual({ passed: 0, failed: 1 });
  });

  test("takes a run that ended before its summary for one failure, even with exit code 0", () => {
    expect(countTests("test/d.test.ts:\n", 0)).toEqual({ passed: 0, failed: 1 });
    expect(countTests("", 0)).toEqual({ passed: 0, failed: 1 });
  });
});
