import type { Json } from "./merge-tame.ts";

/** Of `#/components/schemas/Thing`. Undefined for what leads elsewhere. Where it leads inside of a component, no component has that name. */
export function nameIn(section: string, ref: Json): string | undefined {
  const start = `#/components/${section}/`;
  if (typeof ref !== "string" || !ref.startsWith(start)) return undefined;
  try {
    return decodeURIComponent(ref.slice(start.length)).replaceAll("~1", "/").replaceAll("~0", "~");
  } catch {
    return undefined;
  }
}
