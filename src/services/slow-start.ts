import type { Instance } from "./instance.ts";

/** What a new instance gets at first: enough to warm its caches, too little to hurt callers. */
const firstPart = 0.1;

/**
 * Gives each of these the part of its share that its time at work allows, and returns whether that will still grow.
 * What counts is the warmest of them: where all are equally new, nobody has to wait for anybody.
 */
export function warm(instances: readonly Instance[], nowMs: number, slowStartMs: number): boolean {
  let warmest = 0;
  let coldest = 1;
  for (const instance of instances) {
    instance.warmth = partAfter(nowMs - instance.warmSinceMs, slowStartMs);
    warmest = Math.max(warmest, instance.warmth);
    coldest = Math.min(coldest, instance.warmth);
  }
  for (const instance of instances) instance.warmth /= warmest;
  return coldest < 1;
}

function partAfter(ageMs: number, slowStartMs: number): number {
  return ageMs >= slowStartMs ? 1 : firstPart + (1 - firstPart) * (ageMs / slowStartMs);
}
