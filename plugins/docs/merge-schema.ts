import { type Clean, data, flag, listOf, mapOf, numeric, oneOf, shape, text } from "./merge-shape.ts";
import { isObject, type JsonObject, own } from "./merge-tame.ts";

const types = ["null", "boolean", "object", "array", "number", "string", "integer"];
const typeName = oneOf(...types);

/**
 * A JSON Schema of OpenAPI 3.0 or 3.1 as one of 3.1. What leads elsewhere, or to nothing, becomes the schema that
 * everything matches.
 */
export const schema: Clean = (raw, references) => {
  if (typeof raw === "boolean") return raw;
  if (!isObject(raw)) return undefined;
  const ref = own(raw, "$ref");
  const found = ref === undefined ? undefined : references.find("schemas", ref);
  if (ref !== undefined && found === undefined) return {};
  const said = keywords(modern(raw), references);
  const cleaned = found === undefined ? said : beside(found.ref, said);
  return own(raw, "nullable") === true ? orNull(cleaned) : cleaned;
};

/** Next to a reference itself, some readers see nothing else. */
function beside($ref: string, said: JsonObject): JsonObject {
  const all = said["allOf"];
  return Object.keys(said).length === 0 ? { $ref } : { ...said, allOf: [{ $ref }, ...(Array.isArray(all) ? all : [])] };
}

const schemas: Clean = (raw, references) => {
  const list = listOf(schema)(raw, references);
  return list === undefined || list.length === 0 ? undefined : list;
};

const type: Clean = (raw, references) => {
  if (!Array.isArray(raw)) return typeName(raw, references);
  const known = new Set(listOf(typeName)(raw, references));
  return known.size === 0 ? undefined : [...known];
};

const discriminator: Clean = (raw, references) => {
  const cleaned = shape({ propertyName: text, mapping: mapOf(mapped) })(raw, references);
  return cleaned["propertyName"] === undefined ? undefined : cleaned;
};

/** A schema by reference or by its bare name. */
const mapped: Clean = (raw, references) =>
  references.find("schemas", raw)?.ref ??
  (typeof raw === "string" ? references.find("schemas", `#/components/schemas/${raw}`)?.ref : undefined);

const nested: Clean = (raw, references) => schema(raw, references);

const keywords = shape({
  type,
  discriminator,
  ...each(text, "title", "description", "format", "pattern", "contentEncoding", "contentMediaType"),
  ...each(flag, "deprecated", "readOnly", "writeOnly", "uniqueItems"),
  ...each(numeric, "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"),
  ...each(numeric, "minLength", "maxLength", "minProperties", "maxProperties"),
  ...each(numeric, "minItems", "maxItems", "minContains", "maxContains"),
  ...each(data, "const", "default"),
  ...each(listOf(data), "enum", "examples"),
  required: listOf(text),
  dependentRequired: mapOf(listOf(text)),
  ...each(nested, "items", "contains", "additionalProperties", "propertyNames", "contentSchema"),
  ...each(nested, "not", "if", "then", "else", "unevaluatedItems", "unevaluatedProperties"),
  ...each(mapOf(nested), "properties", "patternProperties", "dependentSchemas"),
  ...each(schemas, "allOf", "anyOf", "oneOf", "prefixItems"),
});

function each(clean: Clean, ...names: readonly string[]): Record<string, Clean> {
  return Object.fromEntries(names.map((name) => [name, clean]));
}

/** What 3.0 says otherwise, in the words of 3.1. */
function modern(raw: JsonObject): JsonObject {
  return {
    ...raw,
    ...modernLimit(raw, "minimum", "exclusiveMinimum"),
    ...modernLimit(raw, "maximum", "exclusiveMaximum"),
    ...(raw["example"] !== undefined && raw["examples"] === undefined ? { examples: [raw["example"]] } : {}),
  };
}

/** The flag beside the limit became the limit itself. A limit of null is none. */
function modernLimit(raw: JsonObject, limit: string, exclusive: string): JsonObject {
  const value = raw[limit];
  return raw[exclusive] === true && value !== undefined ? { [limit]: null, [exclusive]: value } : {};
}

function orNull(cleaned: JsonObject): JsonObject {
  const said = cleaned["type"];
  if (said === undefined) return Object.keys(cleaned).length === 0 ? {} : { anyOf: [cleaned, { type: "null" }] };
  const kinds = new Set([...(Array.isArray(said) ? said : [said]), "null"]);
  const choices = cleaned["enum"];
  return {
    ...cleaned,
    type: [...kinds],
    ...(Array.isArray(choices) ? { enum: [...new Set([...choices, null])] } : {}),
  };
}
