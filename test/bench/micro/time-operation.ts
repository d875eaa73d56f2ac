import { medianOf } from "../median.ts";
import type { MicroBench, MicroRow } from "./micro-bench.ts";

const batches = 7;
const batchMs = 50;

/** Kept where the compiler cannot prove it unused, or it would drop the operation. */
export let lastResult: unknown;

export function timeOperation({ name, prepare }: MicroBench): MicroRow {
  const operation = prepare();
  let repeats = 1;
  while (batchDurationMs(operation, repeats) < batchMs) repeats *= 2;
  const durationsMs = Array.from({ length: batches }, () => batchDurationMs(operation, repeats));
  return { name, nsPerOperation: (medianOf(durationsMs) * 1e6) / repeats };
}

function batchDurationMs(operation: () => unknown, repeats: number): number {
  const startedAtMs = performance.now();
  for (let repeat = 0; repeat < repeats; repeat += 1) lastResult = operation();
  return performance.now() - startedAtMs;
}
