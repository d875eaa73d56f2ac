import type { TObject } from "typebox";
import { Settings } from "typebox/system";
import { Check, Errors } from "typebox/value";
import { chooseBranches } from "./branches.ts";
import { fillDefaults } from "./fill-defaults.ts";
import { formatPath, parsePointer, schemaAt, valueAt } from "./path.ts";
import { suggest } from "./suggest.ts";
import { type DescribedSchema, describeWanted } from "./wanted.ts";

// The default is 8: whoever is told of mistakes wants all of them at once.
Settings.Set({ maxErrors: 1000 });

/** One place that does not fit its schema. Whoever shows it decides whether `value` may be seen. */
export interface Mistake {
  readonly keys: readonly string[];
  /** `routes[1].timeout` */
  readonly path: string;
  readonly wanted: string;
  readonly kind: "unknown" | "missing" | "wrong";
  readonly value: unknown;
  readonly schema: DescribedSchema | undefined;
}

/** What a known name is called, and where all of them are listed. */
export interface Names {
  readonly noun: string;
  readonly reference: string;
}

/** Lists all that does not fit the schema, one mistake a path. `filled` is a copy with the schema's defaults. */
export function findMistakes(
  schema: TObject,
  value: unknown,
  names: Names = { noun: "a known field", reference: "" },
): { readonly filled: unknown; readonly mistakes: readonly Mistake[] } {
  const filled = fillDefaults(schema, value);
  const { errors, branches } = chooseBranches(schema, filled, Errors(schema, filled));
  const mistakes = new Map<string, Mistake>();
  const add = (keys: readonly string[], kind: Mistake["kind"], wanted?: string): void => {
    const path = formatPath(keys, filled);
    // An unknown name is told of twice where all but a pattern is `Type.Never()`: typebox cannot fill in defaults beside `false`.
    if (mistakes.has(path) && kind !== "unknown") return;
    const at = schemaAt(schema, keys, branches);
    mistakes.set(path, {
      keys,
      path,
      kind,
      wanted: wanted ?? describeWanted(at),
      value: valueAt(filled, keys),
      schema: at,
    });
  };

  for (const error of errors) {
    const keys = parsePointer(error.instancePath);
    if (error.keyword === "additionalProperties") {
      const at = schemaAt(schema, keys, branches);
      const known = Object.keys(at?.properties ?? {});
      for (const name of error.params.additionalProperties)
        add([...keys, name], "unknown", at?.wantedKeys ?? describeKnown(name, known, names));
    } else if (error.keyword === "required") {
      for (const name of error.params.requiredProperties) {
        // Defaults are not filled in where a union's branch does not fit.
        if (schemaAt(schema, [...keys, name], branches)?.default === undefined) add([...keys, name], "missing");
      }
    } else if (error.keyword !== "boolean") {
      add(keys, "wrong");
    }
  }
  // Errors end at the limit above, and all of them may be of the kind that is passed over.
  if (mistakes.size === 0 && !Check(schema, filled)) add([], "wrong");
  return { filled, mistakes: [...mistakes.values()] };
}

function describeKnown(unknown: string, known: readonly string[], { noun, reference }: Names): string {
  const close = suggest(unknown, known);
  if (close.length > 0) return `${noun} (did you mean ${close.join(" or ")}?)`;
  return known.length > 0 && known.length <= 20 ? `one of ${known.join(", ")}` : noun + reference;
}
