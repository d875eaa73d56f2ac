export type Json = Readonly<Record<string, unknown>>;

export function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Types that JSON has. Elysia's and TypeBox's schemas know more: dates, bytes, functions. */
const types: ReadonlySet<unknown> = new Set(["null", "boolean", "object", "array", "number", "string", "integer"]);
/** As what those travel that have a text. */
const texts: ReadonlyMap<unknown, Json> = new Map([
  ["Date", { type: "string", format: "date-time" }],
  ["Uint8Array", { type: "string", format: "binary" }],
]);
/** How Elysia marks the text form of a value: what callers send as the value itself in JSON, or as plain text elsewhere. */
const textForms: ReadonlySet<unknown> = new Set(["numeric", "integer", "boolean", "ObjectString", "ArrayString"]);

const singles = ["items", "additionalProperties", "not", "contains", "propertyNames", "if", "then", "else"];
const lists = ["anyOf", "oneOf", "allOf", "prefixItems", "items"];
const maps = ["properties", "patternProperties", "dependentSchemas"];

/** Makes JSON Schema of an app's schemas. What they refer to by name is collected under `components`. */
export class JsonSchemas {
  readonly components: Record<string, Json> = {};

  constructor(models: Json = {}) {
    for (const [name, model] of Object.entries(models)) this.#keep(name, model);
  }

  /** `schema` is one of TypeBox, a Standard Schema that can tell its JSON Schema, or a model's name. */
  of(schema: unknown): Json {
    if (typeof schema === "string") return { $ref: toReference(schema) };
    const plain = fromStandard(schema);
    if (!isObject(plain)) return {};
    const { $id: id } = plain;
    // A schema that has a name may refer to itself by it.
    if (typeof id !== "string") return this.#convert(plain);
    if (!(toName(id) in this.components)) this.#keep(id, plain);
    return { $ref: toReference(id) };
  }

  /** The schema that a reference stands for. */
  resolve(schema: Json): Json {
    const { $ref: reference } = schema;
    return typeof reference === "string" ? (this.components[toName(reference)] ?? {}) : schema;
  }

  #keep(name: string, schema: unknown): void {
    // Known before it is looked into: it may hold itself.
    this.components[toName(name)] = {};
    const plain = fromStandard(schema);
    this.components[toName(name)] = isObject(plain) ? this.#convert(plain) : {};
  }

  #convert(schema: Json): Json {
    const { $defs: definitions, $id: _id, $schema: _schema, ...rest } = schema;
    for (const [name, definition] of Object.entries(isObject(definitions) ? definitions : {})) {
      if (!(toName(name) in this.components)) this.#keep(name, definition);
    }
    if (typeof rest["$ref"] === "string") return { $ref: toReference(rest["$ref"]) };
    const plain = withoutTextForm(rest);
    const converted: Record<string, unknown> = { ...plain };
    for (const key of singles) if (isObject(plain[key])) converted[key] = this.of(plain[key]);
    for (const key of lists) {
      const list = plain[key];
      if (Array.isArray(list)) converted[key] = list.map((one) => this.of(one));
    }
    for (const key of maps) {
      const map = plain[key];
      if (!isObject(map)) continue;
      converted[key] = Object.fromEntries(Object.entries(map).map(([name, one]) => [name, this.of(one)]));
    }
    return converted;
  }
}

function fromStandard(schema: unknown): unknown {
  if (!isObject(schema) && typeof schema !== "function") return schema;
  const standard: unknown = Reflect.get(schema, "~standard");
  if (!isObject(standard)) return schema;
  const { jsonSchema } = standard;
  try {
    const input: unknown = isObject(jsonSchema) ? jsonSchema["input"] : undefined;
    if (typeof input === "function") return input.call(jsonSchema, { target: "draft-2020-12" });
    const convert: unknown = Reflect.get(schema, "toJSONSchema") ?? Reflect.get(schema, "toJsonSchema");
    return typeof convert === "function" ? convert.call(schema) : undefined;
  } catch {
    // It has what JSON Schema has not, such as a transformation.
    return undefined;
  }
}

/** Of a value that may also come as text, the value; of what JSON has not, its text; and nothing of the rest. */
function withoutTextForm(schema: Json): Json {
  const { anyOf: choices, default: standard, type, ...rest } = schema;
  if (Array.isArray(choices)) {
    const text = [...texts.keys()].find((name) =>
      choices.some((choice) => Reflect.get(Object(choice), "type") === name),
    );
    if (text !== undefined) return { ...rest, ...texts.get(text) };
    const values = choices.filter((choice) => !textForms.has(Reflect.get(Object(choice), "format")));
    const [only] = values;
    return values.length === 1 && isObject(only) ? { ...rest, ...withoutTextForm(only) } : { ...rest, anyOf: values };
  }
  if (texts.has(type)) return { ...rest, ...texts.get(type) };
  const isKnown = type === undefined || (Array.isArray(type) ? type : [type]).every((one) => types.has(one));
  if (!isKnown) return rest;
  // Of a file it is a word of Elysia's own, and others may have a function.
  const isSayable = standard !== undefined && typeof standard !== "function" && !isBinary(rest);
  return { ...rest, ...(type === undefined ? {} : { type }), ...(isSayable ? { default: standard } : {}) };
}

/** A file, or several. */
export function isBinary(schema: unknown): boolean {
  if (!isObject(schema)) return false;
  return schema["format"] === "binary" || isBinary(schema["items"]);
}

const prefix = "#/components/schemas/";

function toReference(name: string): string {
  return prefix + toName(name);
}

/** What may be a name among the components of OpenAPI. */
function toName(reference: string): string {
  const name = reference.startsWith(prefix) ? reference.slice(prefix.length) : reference;
  return name.replaceAll(/[^\w.-]/g, "_");
}
