import { isObject, type Json, type JsonSchemas } from "./json-schema.ts";

interface Fields {
  readonly properties: Json;
  readonly required: readonly unknown[];
}

/** Headers that OpenAPI tells in other places. */
const toldElsewhere: ReadonlySet<string> = new Set(["accept", "content-type", "authorization"]);

/** Parameters of one operation: those of its path, which are all required, and of its query, headers and cookies. */
export function describeParameters(schemas: JsonSchemas, path: string, parts: Readonly<Record<string, Json>>): Json[] {
  const inPath = fieldsOf(schemas, parts["params"]).properties;
  const names = [...path.matchAll(/\{([^}]+)\}/g)].map(([, name = ""]) => name);
  return [
    ...names.map((name) => ({ name, in: "path", required: true, schema: inPath[name] ?? { type: "string" } })),
    ...describe("query", fieldsOf(schemas, parts["query"])),
    ...describe("header", fieldsOf(schemas, parts["headers"])).filter(({ name }) => !toldElsewhere.has(String(name))),
    ...describe("cookie", fieldsOf(schemas, parts["cookie"])),
  ];
}

function describe(place: string, { properties, required }: Fields): Json[] {
  return Object.entries(properties).map(([name, schema]) => ({
    name,
    in: place,
    // Whoever leaves out one with a default gets the default.
    required: required.includes(name) && !(isObject(schema) && "default" in schema),
    schema,
  }));
}

/** The fields of an object, of what it refers to, and of all that it is made of. */
function fieldsOf(schemas: JsonSchemas, schema: Json | undefined): Fields {
  const { properties, required, allOf } = schemas.resolve(schema ?? {});
  const parts = (Array.isArray(allOf) ? allOf : []).map((part) => fieldsOf(schemas, part));
  const own = { properties: isObject(properties) ? properties : {}, required: Array.isArray(required) ? required : [] };
  return {
    properties: Object.assign({}, ...parts.map((part) => part.properties), own.properties),
    required: parts.flatMap((part) => part.required).concat(own.required),
  };
}
