import type { TObject } from "typebox";
import type { DescribedSchema } from "../validation.ts";

/** Texts that come under names, several of them perhaps. */
export type Texts = ReadonlyMap<string, readonly string[]>;

/**
 * What texts stand for by their schema: decimal numbers, `true` and `false`, and lists. Nothing is guessed: another text
 * stays as it is, and does not fit.
 */
export function readTexts(schema: TObject, texts: Texts): Record<string, unknown> {
  const properties: Readonly<Record<string, DescribedSchema>> = schema.properties;
  const values = [...texts].map(([name, all]) => {
    const wanted = Object.hasOwn(properties, name) ? properties[name] : undefined;
    if (wanted?.type === "array") return [name, all.map((text) => readText(wanted.items, text))] as const;
    return [name, all.length === 1 ? readText(wanted, all[0] ?? "") : all] as const;
  });
  return Object.fromEntries(values);
}

function readText(schema: DescribedSchema | undefined, text: string): unknown {
  switch (schema?.type) {
    case "number":
    case "integer":
      return /^-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?$/.test(text) ? Number(text) : text;
    case "boolean":
      return text === "true" ? true : text === "false" ? false : text;
    default:
      return text;
  }
}
