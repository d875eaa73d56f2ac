/** 32 bits that differ in half of their places when the text differs at all. The same in every gateway. */
export function hashText(text: string): number {
  return Bun.hash.xxHash32(text);
}

/**
 * Two hashes made into a number between 0 and 1, neither of them included. The multipliers are those of Wellons's
 * "lowbias32", found by search for the least bias.
 */
export function mixHashes(a: number, b: number): number {
  let mixed = Math.imul(a, 31) + b;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x7feb352d);
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0x846ca68b);
  return (((mixed ^ (mixed >>> 16)) >>> 0) + 0.5) / 2 ** 32;
}
