import type { Instance } from "../instance.ts";
import type { Balancer } from "./balancer.ts";
import type { HashKey } from "./hash-key.ts";
import { hashText, mixHashes } from "./hash.ts";
import { pickLeastLoaded } from "./least-loaded.ts";

/** How much more than its share of the requests in flight an instance may have before others take over. */
const overload = 1.25;

/**
 * The same key meets the same instance: each instance draws a number from its id and the key, and the highest wins
 * (rendezvous hashing, Thaler and Ravishankar 1998), so that one that comes or goes moves only the keys it wins.
 * Loads are bounded (Mirrokni, Thorup and Zadimoghaddam 2016): no hot key can drown its instance.
 */
export function createConsistentHash(keyOf: HashKey, random: () => number = Math.random): Balancer {
  return function pick(instances, caller) {
    const key = keyOf(caller);
    if (key === undefined) return pickLeastLoaded(instances, random);
    const hash = hashText(key);
    const allowed = inFlightAllowed(instances);
    let best: Instance | undefined;
    let bestScore = Number.NEGATIVE_INFINITY;
    let spare: Instance | undefined;
    for (const instance of instances) {
      if (instance.inFlight >= Math.ceil(allowed * instance.weight)) continue;
      spare ??= instance;
      // One that warms up lets some of its keys go to the next best.
      if (instance.warmth < 1 && random() >= instance.warmth) continue;
      const score = instance.weight / -Math.log(mixHashes(hash, instance.hash));
      if (score > bestScore) {
        best = instance;
        bestScore = score;
      }
    }
    return best ?? spare;
  };
}

/** Requests in flight that an instance may have for each of its weight, with the one that is about to come. */
function inFlightAllowed(instances: readonly Instance[]): number {
  let inFlight = 1;
  let weight = 0;
  for (const instance of instances) {
    inFlight += instance.inFlight;
    weight += instance.weight;
  }
  return (overload * inFlight) / weight;
}
