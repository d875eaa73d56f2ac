import type { TSchema } from "typebox";
import { Default } from "typebox/value";

/**
 * A copy with the schema's defaults. Without them where typebox 1.4.3 gives up: beside `additionalProperties: false` its
 * records throw for a key that no pattern knows. Such a value does not fit, and that is still to be told.
 */
export function fillDefaults(schema: TSchema, value: unknown): unknown {
  try {
    // On a copy: Default writes into what it is given.
    return Default(schema, structuredClone(value));
  } catch {
    return structuredClone(value);
  }
}
