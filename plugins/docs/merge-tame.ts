export type Json = null | boolean | number | string | readonly Json[] | JsonObject;
export interface JsonObject {
  readonly [key: string]: Json;
}

/** Deeper than any honest document, and far from the end of the stack. */
const maxDepth = 100;

/** Values in one document. One of 1 MiB that people wrote has some 50,000. */
const maxValues = 250_000;

/**
 * Keys that mean something to whoever reads the document: they change what a reference leads to, or the prototype of
 * the object that they are copied into.
 */
const dangerous: ReadonlySet<string> = new Set([
  "__proto__",
  "$id",
  "$schema",
  "$anchor",
  "$dynamicAnchor",
  "$dynamicRef",
]);

/**
 * A copy of a foreign value that is safe to walk: JSON, a finite tree, neither deep nor large. What is too deep, too
 * much or no JSON is left out, circles end at the depth limit.
 */
export function tame(foreign: unknown): Json | undefined {
  let left = maxValues;

  function copy(value: unknown, depth: number): Json | undefined {
    left -= 1;
    if (left < 0) return undefined;
    if (value === null || typeof value === "string" || typeof value === "boolean") return value;
    if (typeof value === "number") return Number.isFinite(value) ? value : undefined;
    if (typeof value !== "object" || depth === maxDepth) return undefined;
    if (Array.isArray(value)) {
      return value.map((item: unknown) => copy(item, depth + 1)).filter((item) => item !== undefined);
    }
    const entries: [string, Json][] = [];
    for (const [key, child] of Object.entries(value)) {
      const tamed = dangerous.has(key) ? undefined : copy(child, depth + 1);
      if (tamed !== undefined) entries.push([key, tamed]);
    }
    return Object.fromEntries(entries);
  }

  return copy(foreign, 0);
}

export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** What stands in an object itself: `constructor` stands in none that does not say so. */
export function own(object: Json | undefined, key: string): Json | undefined {
  return isObject(object) && Object.hasOwn(object, key) ? object[key] : undefined;
}
