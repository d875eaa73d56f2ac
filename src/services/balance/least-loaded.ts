import type { Instance } from "../instance.ts";

type Loaded = Pick<Instance, "inFlight" | "weight" | "warmth">;

/**
 * The less loaded of two random choices (Mitzenmacher, "The Power of Two Choices in Randomized Load Balancing", 2001):
 * nearly as even as looking at all of them, without the herd that "the least loaded of all" sends to a new instance.
 */
export function pickLeastLoaded<T extends Loaded>(
  instances: readonly T[],
  random: () => number = Math.random,
): T | undefined {
  const first = draw(instances, undefined, random);
  // An idle one needs no comparison. It would be unfair, too: of two idle ones the heavier would win each time.
  if (first === undefined || first.inFlight === 0) return first;
  const second = draw(instances, first, random);
  return second !== undefined && loadWithOneMore(second) < loadWithOneMore(first) ? second : first;
}

/** One of the instances but not this one, each as probable as its share is large. */
function draw<T extends Loaded>(instances: readonly T[], but: T | undefined, random: () => number): T | undefined {
  let total = 0;
  for (const instance of instances) if (instance !== but) total += shareOf(instance);
  let left = random() * total;
  let drawn: T | undefined;
  for (const instance of instances) {
    if (instance === but) continue;
    drawn = instance;
    left -= shareOf(instance);
    if (left < 0) break;
  }
  return drawn;
}

function shareOf({ weight, warmth }: Loaded): number {
  return weight * warmth;
}

function loadWithOneMore(instance: Loaded): number {
  return (instance.inFlight + 1) / shareOf(instance);
}
