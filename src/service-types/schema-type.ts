import { entriesOf, isList, isObject, type Json, type JsonObject, listOf, own } from "./json.ts";
import { intersectionType, literal, objectType, unionType } from "./type-text.ts";

const prefix = "#/components/schemas/";
/** Deeper than what people write, and far from the end of the compiler's stack. */
const mostDepth = 50;

/** Writes JSON Schemas of OpenAPI 3.1 as types. What it does not understand is `unknown`, never a guess. */
export class SchemaTypes {
  readonly #schemas: ReadonlyMap<string, Json>;

  constructor(document: Json) {
    this.#schemas = new Map(entriesOf(own(own(document, "components"), "schemas")));
  }

  /** The interface that references lead to. A type may hold itself, but what comes to itself in a circle is `unknown`. */
  declaration(): string {
    const sound = this.#sound();
    const properties = [...this.#schemas].map(([name, schema]) => ({
      name,
      type: sound.has(name) ? this.typeOf(schema) : "unknown",
    }));
    return `export interface Schemas ${objectType(properties)}`;
  }

  typeOf(schema: Json | undefined, depth = 0): string {
    if (schema === false) return "never";
    if (!isObject(schema) || depth > mostDepth) return "unknown";
    const name = this.#referred(schema);
    const itself = name === undefined ? this.#plainType(schema, depth + 1) : `Schemas[${literal(name)}]`;
    const all = listOf(own(schema, "allOf")).map((part) => this.typeOf(part, depth + 1));
    const choices = ["anyOf", "oneOf"]
      .map((keyword) => own(schema, keyword))
      .filter(isList)
      .map((list) => unionType(list.map((part) => this.typeOf(part, depth + 1))));
    return intersectionType([itself, ...all, ...choices]);
  }

  #plainType(schema: JsonObject, depth: number): string {
    const constant = own(schema, "const");
    if (constant !== undefined) return valueType(constant);
    const choices = own(schema, "enum");
    if (isList(choices)) return unionType(choices.map(valueType));
    const type = own(schema, "type");
    if (isList(type)) return unionType([...new Set(type)].map((one) => this.#typeNamed(one, schema, depth)));
    if (type !== undefined) return this.#typeNamed(type, schema, depth);
    return own(schema, "properties") === undefined ? "unknown" : this.#objectType(schema, depth);
  }

  #typeNamed(type: Json, schema: JsonObject, depth: number): string {
    switch (type) {
      case "string":
        return own(schema, "format") === "binary" ? "Blob" : "string";
      case "number":
      case "integer":
        return "number";
      case "boolean":
      case "null":
        return type;
      case "array":
        return this.#arrayType(schema, depth);
      case "object":
        return this.#objectType(schema, depth);
      default:
        return "unknown";
    }
  }

  #arrayType(schema: JsonObject, depth: number): string {
    const first = listOf(own(schema, "prefixItems")).map((item) => this.typeOf(item, depth));
    const items = own(schema, "items");
    const others = `${this.typeOf(items, depth)}[]`;
    if (first.length === 0) return others;
    return `[${[...first, ...(items === false ? [] : [`...${others}`])].join(", ")}]`;
  }

  #objectType(schema: JsonObject, depth: number): string {
    const required = new Set(listOf(own(schema, "required")));
    const properties = entriesOf(own(schema, "properties")).map(([name, property]) => ({
      name,
      type: this.typeOf(property, depth),
      isOptional: !required.has(name),
    }));
    const more = own(schema, "additionalProperties");
    const others = [
      ...(isObject(more) ? [more] : []),
      ...entriesOf(own(schema, "patternProperties")).map(([, property]) => property),
    ].map((property) => this.typeOf(property, depth));
    const index = others.length === 0 ? "unknown" : `{ [key: string]: ${unionType(others)} }`;
    if (properties.length > 0) return intersectionType([objectType(properties), index]);
    if (others.length > 0) return index;
    return more === false ? "{}" : "{ [key: string]: unknown }";
  }

  #referred(schema: JsonObject): string | undefined {
    const reference = own(schema, "$ref");
    if (typeof reference !== "string" || !reference.startsWith(prefix)) return undefined;
    const name = reference.slice(prefix.length).replaceAll("~1", "/").replaceAll("~0", "~");
    return this.#schemas.has(name) ? name : undefined;
  }

  /** The schemas that come to something in a few steps: neither those in a circle, nor the far end of a long chain. */
  #sound(): ReadonlySet<string> {
    const open = new Map<string, number>();
    const users = new Map<string, string[]>();
    for (const [name, schema] of this.#schemas) {
      const parts = new Set(this.#sameAs(schema));
      open.set(name, parts.size);
      for (const part of parts) {
        const known = users.get(part);
        if (known === undefined) users.set(part, [name]);
        else known.push(name);
      }
    }
    const sound = new Set<string>();
    let next = [...open].filter(([, parts]) => parts === 0).map(([name]) => name);
    for (let step = 0; step < mostDepth && next.length > 0; step += 1) {
      const found = next;
      next = [];
      for (const name of found) {
        sound.add(name);
        for (const user of users.get(name) ?? []) {
          const left = (open.get(user) ?? 0) - 1;
          open.set(user, left);
          if (left === 0) next.push(user);
        }
      }
    }
    return sound;
  }

  /** The named schemas that a schema is made of without a property or a list between. */
  #sameAs(schema: Json | undefined, depth = 0): string[] {
    if (!isObject(schema) || depth > mostDepth) return [];
    const name = this.#referred(schema);
    const parts = ["allOf", "anyOf", "oneOf"].flatMap((keyword) => listOf(own(schema, keyword)));
    return [...(name === undefined ? [] : [name]), ...parts.flatMap((part) => this.#sameAs(part, depth + 1))];
  }
}

function valueType(value: Json): string {
  return typeof value === "object" && value !== null ? "unknown" : literal(value);
}
