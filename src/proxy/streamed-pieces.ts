const collectEachBytes = 24 * 1024 * 1024;
/** Collections take a twentieth of the time at most, however large the heap. */
const pauseFactor = 20;

let sinceCollection = 0;
let notBeforeMs = 0;

/**
 * Counts what streams through, in all bodies together, and collects garbage each 24 MiB: the engine's own collector
 * runs beside the code and falls behind on a busy machine, where dead pieces of one upload grew to 80 MiB.
 */
export function countStreamed(bytes: number): void {
  sinceCollection += bytes;
  if (sinceCollection < collectEachBytes) return;
  const startMs = performance.now();
  if (startMs < notBeforeMs) return;
  sinceCollection = 0;
  Bun.gc(true);
  const endMs = performance.now();
  notBeforeMs = endMs + (endMs - startMs) * pauseFactor;
}
