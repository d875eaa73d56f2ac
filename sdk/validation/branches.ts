import { parsePointer, schemaAt, valueAt } from "./path.ts";
import type { DescribedSchema } from "./wanted.ts";

/** The part of typebox's errors that is looked at here. */
export interface SchemaError {
  readonly keyword: string;
  readonly instancePath: string;
  readonly schemaPath: string;
}

/**
 * Of values that fit no branch of a union, typebox tells what each branch misses. Keeps what the branch misses that the
 * value was meant for, by its keys, and where that cannot be told, that it fits none. `branches` holds what was chosen, by
 * instance path.
 */
export function chooseBranches<E extends SchemaError>(
  schema: DescribedSchema,
  value: unknown,
  errors: readonly E[],
): { readonly errors: readonly E[]; readonly branches: ReadonlyMap<string, DescribedSchema> } {
  const branches = new Map<string, DescribedSchema>();
  const chosen = new Map<string, number>();
  // The outer ones first: what an inner one is depends on them.
  const unions = errors.filter(({ keyword }) => keyword === "anyOf");
  for (const { instancePath, schemaPath } of unions.toSorted((a, b) => a.schemaPath.length - b.schemaPath.length)) {
    const keys = parsePointer(instancePath);
    const { anyOf = [] } = schemaAt(schema, keys, branches) ?? {};
    const index = closestBranch(anyOf, valueAt(value, keys));
    const branch = anyOf[index];
    chosen.set(schemaPath, index);
    if (branch !== undefined) branches.set(instancePath, branch);
  }
  const isMeant = ({ keyword, schemaPath }: SchemaError): boolean => {
    if (keyword === "anyOf" && (chosen.get(schemaPath) ?? -1) >= 0) return false;
    return [...chosen].every(([path, index]) => {
      const within = `${path}/anyOf/`;
      return !schemaPath.startsWith(within) || `${schemaPath.slice(within.length)}/`.startsWith(`${index}/`);
    });
  };
  return { errors: errors.filter(isMeant), branches };
}

/** The one that knows most of the value's keys; -1 when that is not one alone. */
function closestBranch(branches: readonly DescribedSchema[], value: unknown): number {
  if (typeof value !== "object" || value === null) return -1;
  const known = branches.map(({ properties = {} }) => Object.keys(properties).filter((key) => key in value).length);
  const most = Math.max(1, ...known);
  const closest = known.indexOf(most);
  return known.lastIndexOf(most) === closest ? closest : -1;
}
