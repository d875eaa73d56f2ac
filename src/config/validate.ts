import type { TObject } from "typebox";
import { Settings as TypeBoxSettings } from "typebox/system";
import { Default, Errors } from "typebox/value";
import { formatPath, parsePointer, schemaAt, valueAt } from "./path.ts";
import { describeValue, type SettingProblem } from "./problem.ts";
import { suggest } from "./suggest.ts";
import { describeWanted } from "./wanted.ts";

// The default is 8: an operator wants every mistake at once.
TypeBoxSettings.Set({ maxErrors: 1000 });

interface Checked {
  /** The top-level values that fit, as they came. */
  readonly sound: Readonly<Record<string, unknown>>;
  readonly problems: readonly SettingProblem[];
}

/** Lists all that does not fit the schema, one problem a path. */
export function validate(
  schema: TObject,
  value: Readonly<Record<string, unknown>>,
  sourceOf: (keys: readonly string[]) => string,
): Checked {
  // On a copy: Default writes into what it is given.
  const filled = Default(schema, structuredClone(value));
  const problems = new Map<string, SettingProblem>();
  const wrong = new Set<string>();
  const add = (keys: readonly string[], wanted: string, got: string): void => {
    wrong.add(keys[0] ?? "");
    const path = formatPath(keys, filled);
    if (!problems.has(path)) problems.set(path, { path, wanted, got, source: sourceOf(keys) });
  };

  for (const error of Errors(schema, filled)) {
    const keys = parsePointer(error.instancePath);
    if (error.keyword === "additionalProperties") {
      const known = Object.keys(schemaAt(schema, keys)?.properties ?? {});
      // The value stays unsaid: what a misspelt name holds may well be a secret.
      for (const name of error.params.additionalProperties)
        add([...keys, name], describeKnown(name, known), "an unknown name");
    } else if (error.keyword === "required") {
      for (const name of error.params.requiredProperties) {
        add([...keys, name], describeWanted(schemaAt(schema, [...keys, name])), "nothing");
      }
    } else if (error.keyword !== "boolean") {
      add(keys, describeWanted(schemaAt(schema, keys)), describeValue(valueAt(filled, keys)));
    }
  }
  const sound = Object.fromEntries(Object.entries(value).filter(([key]) => !wrong.has(key)));
  return { sound, problems: [...problems.values()] };
}

function describeKnown(unknown: string, known: readonly string[]): string {
  const close = suggest(unknown, known);
  if (close.length > 0) return `a known setting (did you mean ${close.join(" or ")}?)`;
  return known.length > 0 && known.length <= 10
    ? `one of ${known.join(", ")}`
    : "a known setting, see docs/configuration.md";
}
