import { serviceUrlKey } from "./service-urls.ts";
import type { DescribedSchema } from "@isaas/gateway-sdk/validation";

export type Environment = Readonly<Record<string, string | undefined>>;
type Properties = Readonly<Record<string, DescribedSchema>>;

/**
 * Takes our settings out of the environment, as their schema types them; strangers are left alone.
 * An empty variable counts as unset: that is what `${NAME:-}` of a compose file gives.
 */
export function readEnvironment(environment: Environment, properties: Properties): Record<string, unknown> {
  const values: Record<string, unknown> = {};
  for (const [name, text = ""] of Object.entries(environment)) {
    const key = name.toLowerCase();
    if (text === "" || name !== environmentName(key)) continue;
    const schema = Object.hasOwn(properties, key) ? properties[key] : undefined;
    if (schema !== undefined && isTextual(schema)) values[key] = toTyped(text, schema);
    else if (serviceUrlKey.test(key)) values[key] = text;
  }
  return values;
}

/** Flags by the name of their setting, as its schema types them. */
export function readFlags(flags: Readonly<Record<string, string>>, properties: Properties): Record<string, unknown> {
  return Object.fromEntries(Object.entries(flags).map(([key, text]) => [key, toTyped(text, properties[key] ?? {})]));
}

export function environmentName(key: string): string {
  return key.toUpperCase();
}

/** True for settings that one line of text can hold; the others stand in the file alone. */
export function isTextual(schema: DescribedSchema): boolean {
  return schema.type === "array" ? schema.items?.type === "string" : schema.type !== "object";
}

const booleans: ReadonlyMap<string, boolean> = new Map([
  ["true", true],
  ["1", true],
  ["false", false],
  ["0", false],
]);

/**
 * Flags and variables are text; this is the only place that reads a number or a list out of it.
 * A text that is not of the wanted type is kept as it is, so that validation names it.
 */
function toTyped(text: string, schema: DescribedSchema): unknown {
  switch (schema.type) {
    case "integer":
    case "number":
      return /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : text;
    case "boolean":
      return booleans.get(text.toLowerCase()) ?? text;
    case "array":
      return text.split(",").map((item) => item.trim());
    default:
      return text;
  }
}
