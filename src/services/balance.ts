interface Loaded {
  readonly inFlight: number;
}

/**
 * The less loaded of two random choices (Mitzenmacher, "The Power of Two Choices in Randomized Load Balancing", 2001):
 * nearly as even as looking at all of them, without the herd that "the least loaded of all" sends to a new instance.
 */
export function pickLeastLoaded<T extends Loaded>(
  instances: readonly T[],
  random: () => number = Math.random,
): T | undefined {
  const count = instances.length;
  if (count <= 1) return instances[0];
  const first = Math.floor(random() * count);
  // The second choice is another one: an offset of 1 to count - 1.
  const second = (first + 1 + Math.floor(random() * (count - 1))) % count;
  const a = instances[first];
  const b = instances[second];
  return a !== undefined && b !== undefined && b.inFlight < a.inFlight ? b : a;
}
