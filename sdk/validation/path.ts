import type { DescribedSchema } from "./wanted.ts";

/** The keys of a JSON pointer, which is how typebox says where a mistake is. */
export function parsePointer(pointer: string): string[] {
  return pointer
    .split("/")
    .slice(1)
    .map((token) => token.replaceAll("~1", "/").replaceAll("~0", "~"));
}

/** `routes[1].timeout`. A key that is no plain name is quoted, and cut when it is long: no key may fake a line. */
export function formatPath(keys: readonly string[], root: unknown): string {
  return keys
    .map((key, depth) => {
      if (Array.isArray(valueAt(root, keys.slice(0, depth)))) return `[${key}]`;
      if (!/^[\w-]{1,64}$/.test(key)) return `[${JSON.stringify(key.slice(0, 40).replaceAll(/[^ -~]/g, "?"))}]`;
      return depth === 0 ? key : `.${key}`;
    })
    .join("");
}

export function valueAt(root: unknown, keys: readonly string[]): unknown {
  let at = root;
  for (const key of keys)
    at = typeof at === "object" && at !== null && Object.hasOwn(at, key) ? Reflect.get(at, key) : undefined;
  return at;
}

/** `branches`: which branch of a union is meant, by the pointer of its value. */
export function schemaAt(
  root: DescribedSchema,
  keys: readonly string[],
  branches: ReadonlyMap<string, DescribedSchema> = new Map(),
): DescribedSchema | undefined {
  let at: DescribedSchema | undefined = root;
  let pointer = "";
  for (const key of keys) {
    const part: DescribedSchema | undefined = branches.get(pointer) ?? at;
    at = part?.items ?? part?.properties?.[key] ?? Object.values(part?.patternProperties ?? {})[0];
    pointer += `/${key.replaceAll("~", "~0").replaceAll("/", "~1")}`;
  }
  return branches.get(pointer) ?? at;
}
