import { parsePointer, schemaAt, valueAt } from "./path.ts";
import type { DescribedSchema } from "./wanted.ts";

/** The part of typebox's errors that is looked at here. */
export interface SchemaError {
  readonly keyword: string;
  readonly instancePath: string;
  readonly schemaPath: string;
}

/** Which branch one value was meant for; -1: nobody can tell. */
interface Choice {
  readonly instancePath: string;
  readonly schemaPath: string;
  readonly index: number;
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
  const choices: Choice[] = [];
  // The outer ones first: what an inner one is depends on them.
  const unions = errors.filter(({ keyword }) => keyword === "anyOf");
  for (const { instancePath, schemaPath } of unions.toSorted((a, b) => a.schemaPath.length - b.schemaPath.length)) {
    const keys = parsePointer(instancePath);
    const { anyOf = [] } = schemaAt(schema, keys, branches) ?? {};
    const index = closestBranch(anyOf, valueAt(value, keys));
    const branch = anyOf[index];
    choices.push({ instancePath, schemaPath, index });
    if (branch !== undefined) branches.set(instancePath, branch);
  }
  return { errors: errors.filter((error) => choices.every((choice) => isMeant(error, choice))), branches };
}

/** Whether a choice leaves an error standing. All items of a list have one schema path: only both paths name a union. */
function isMeant({ keyword, instancePath, schemaPath }: SchemaError, choice: Choice): boolean {
  if (!`${instancePath}/`.startsWith(`${choice.instancePath}/`)) return true;
  const within = `${choice.schemaPath}/anyOf/`;
  if (schemaPath.startsWith(within)) return `${schemaPath}/`.startsWith(`${within}${choice.index}/`);
  return keyword !== "anyOf" || schemaPath !== choice.schemaPath || choice.index < 0;
}

/** The one that knows most of the value's keys; -1 when that is not one alone. */
function closestBranch(branches: readonly DescribedSchema[], value: unknown): number {
  if (typeof value !== "object" || value === null) return -1;
  const known = branches.map(({ properties = {} }) => Object.keys(properties).filter((key) => key in value).length);
  const most = Math.max(1, ...known);
  const closest = known.indexOf(most);
  return known.lastIndexOf(most) === closest ? closest : -1;
}
