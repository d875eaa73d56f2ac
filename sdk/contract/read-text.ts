import type { DescribedSchema } from "../validation.ts";
import type { ObjectSchema } from "./route-definition.ts";

/** Texts that come under names, several of them perhaps. */
export type Texts = ReadonlyMap<string, readonly string[]>;

/**
 * What texts stand for by their schema: decimal numbers, `true` and `false`, and lists. Nothing is guessed: another text
 * stays as it is, and does not fit.
 */
export function readTexts(schema: ObjectSchema, texts: Texts): Record<string, unknown> {
  const properties: Readonly<Record<string, DescribedSchema>> = schema.properties;
  const values = [...texts].map(([name, all]) => {
    const wanted = Object.hasOwn(properties, name) ? properties[name] : undefined;
    if (wanted?.type === "array") return [name, all.map((text) => readText(wanted.items, text))] as const;
    return [name, all.length === 1 ? readText(wanted, all[0] ?? "") : all] as const;
  });
  return Object.fromEntries(values);
}

function readText(schema: DescribedSchema | undefined, text: string): unknown {
  if (schema?.anyOf !== undefined) {
    // Where a text fits as well, nothing tells that something else is meant.
    if (takesText(schema, text)) return text;
    return schema.anyOf.map((branch) => readText(branch, text)).find((value) => value !== text) ?? text;
  }
  switch (schema?.type ?? typeOfChoices(schema)) {
    case "number":
    case "integer":
      return /^-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?$/.test(text) ? Number(text) : text;
    case "boolean":
      return text === "true" ? true : text === "false" ? false : text;
    default:
      return text;
  }
}

type Choice = DescribedSchema & { readonly const?: unknown };

/** Enumerations and constants tell their type by their values. */
function typeOfChoices({ enum: choices = [], const: only }: Choice = {}): string {
  const types = new Set([...choices, ...(only === undefined ? [] : [only])].map((choice) => typeof choice));
  return types.size === 1 ? ([...types][0] ?? "") : "";
}

/** Whether the text is good as it is. */
function takesText({ anyOf = [], type, enum: choices, const: only }: Choice, text: string): boolean {
  if (only !== undefined) return only === text;
  return type === "string" || choices?.includes(text) === true || anyOf.some((branch) => takesText(branch, text));
}
