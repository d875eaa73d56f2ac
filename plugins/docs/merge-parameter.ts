import { carried } from "./merge-content.ts";
import { type Clean, flag, oneOf, type References, shape, text } from "./merge-shape.ts";
import { isObject, type Json, own } from "./merge-tame.ts";
import { namesIn } from "./merge-template.ts";

const styles: ReadonlyMap<Json | undefined, readonly string[]> = new Map([
  ["path", ["matrix", "label", "simple"]],
  ["query", ["form", "spaceDelimited", "pipeDelimited", "deepObject"]],
  ["header", ["simple"]],
  ["cookie", ["form"]],
]);

const annotations = shape({ description: text, required: flag, deprecated: flag });

export const parameter: Clean = (raw, references) => {
  const name = own(raw, "name");
  const place = own(raw, "in");
  const known = styles.get(place);
  if (!isObject(raw) || typeof name !== "string" || place === undefined || known === undefined) return undefined;
  if (name === "" || (place === "path" && /[{}]/.test(name))) return undefined;
  const value = carried(raw, references);
  const hasSchema = value["schema"] !== undefined;
  const more = {
    ...(hasSchema ? { style: oneOf(...known) } : {}),
    ...(place === "query" ? { allowEmptyValue: flag } : {}),
    ...(place === "query" && hasSchema ? { allowReserved: flag } : {}),
  };
  return {
    name,
    in: place,
    ...annotations(raw, references),
    ...(place === "path" ? { required: true } : {}),
    ...shape(more)(raw, references),
    ...value,
  };
};

/** A parameter, or a reference to one, with what tells it from others of the same operation. */
export interface Declared {
  readonly name: string;
  readonly place: string;
  readonly said: Json;
}

/** Parameters in one list. Fewer in honest documents, and each is looked at for each path. */
const maxParameters = 200;

export function declaredIn(list: Json | undefined, references: References): Declared[] {
  if (!Array.isArray(list)) return [];
  return list.slice(0, maxParameters).flatMap((raw: Json) => {
    const ref = own(raw, "$ref");
    const found = ref === undefined ? undefined : references.find("parameters", ref);
    const value = ref === undefined ? parameter(raw, references) : found?.value;
    const name = own(value, "name");
    const place = own(value, "in");
    if (value === undefined || typeof name !== "string" || typeof place !== "string") return [];
    return [{ name, place, said: found === undefined ? value : { $ref: found.ref } }];
  });
}

/** The parameters of an operation: its own before those of its path, and each that the path names, whoever forgot it. */
export function parametersAt(path: string, ofPath: readonly Declared[], ofOperation: readonly Declared[]): Json[] {
  const named = new Set(namesIn(path));
  const byKey = new Map<string, Json>();
  for (const { name, place, said } of [...ofPath, ...ofOperation]) {
    if (place !== "path" || named.has(name)) byKey.set(`${place} ${name}`, said);
  }
  for (const name of named) {
    const key = `path ${name}`;
    if (!byKey.has(key)) byKey.set(key, { name, in: "path", required: true, schema: { type: "string" } });
  }
  return [...byKey.values()];
}
