import { isObject, type Json, type JsonObject, own } from "./merge-tame.ts";

/** The parts of `components` that are taken over. */
export const sections = [
  "schemas",
  "responses",
  "parameters",
  "examples",
  "requestBodies",
  "headers",
  "links",
  "callbacks",
] as const;
export type Section = (typeof sections)[number];

/** Something that a reference leads to, under its name in the merged document. */
export interface Referred {
  readonly ref: string;
  /** Undefined for a schema: it may contain itself. */
  readonly value: Json | undefined;
}

/** What one part of a service's document may say of the others. */
export interface References {
  /** Undefined when the reference leads out of the document, or to nothing of use. */
  find(section: Section, ref: Json): Referred | undefined;
  /** The name that an operation has in the merged document; undefined when it is not there. */
  operation(id: Json): string | undefined;
}

/** Takes over what is valid of a part of the document; undefined: nothing is. */
export type Clean = (raw: Json, references: References) => Json | undefined;

export const text: Clean = (raw) => (typeof raw === "string" ? raw : undefined);
export const flag: Clean = (raw) => (typeof raw === "boolean" ? raw : undefined);
export const numeric: Clean = (raw) => (typeof raw === "number" ? raw : undefined);

export function oneOf(...choices: readonly string[]): Clean {
  return (raw) => (typeof raw === "string" && choices.includes(raw) ? raw : undefined);
}

/** The named parts of an object; all others are left out. */
export function shape(fields: Readonly<Record<string, Clean>>): (raw: Json, references: References) => JsonObject {
  const cleaners = Object.entries(fields);
  return (raw, references) => {
    const entries = cleaners.flatMap(([key, clean]) => {
      const value = own(raw, key);
      const cleaned = value === undefined ? undefined : clean(value, references);
      return cleaned === undefined ? [] : [[key, cleaned] as const];
    });
    return Object.fromEntries(entries);
  };
}

/** Leaves out what is no object at all. */
export function ifObject(clean: (raw: JsonObject, references: References) => Json | undefined): Clean {
  return (raw, references) => (isObject(raw) ? clean(raw, references) : undefined);
}

/** An object whose keys are names, those that `isName` knows. A name that reads as a reference would be taken for one. */
export function mapOf(
  clean: Clean,
  isName: (key: string) => boolean = () => true,
): (raw: Json, references: References) => JsonObject | undefined {
  return (raw, references) => {
    if (!isObject(raw)) return undefined;
    const entries = Object.entries(raw).flatMap(([key, value]) => {
      const cleaned = key === "$ref" || !isName(key) ? undefined : clean(value, references);
      return cleaned === undefined ? [] : [[key, cleaned] as const];
    });
    return Object.fromEntries(entries);
  };
}

export function listOf(clean: Clean): (raw: Json, references: References) => Json[] | undefined {
  return (raw, references) =>
    Array.isArray(raw) ? raw.flatMap((item: Json) => wrapped(clean(item, references))) : undefined;
}

/** Data, whatever it says: a value, an example, a default. */
export const data: Clean = (raw, references) => {
  if (Array.isArray(raw)) return raw.flatMap((item: Json) => wrapped(data(item, references)));
  return isObject(raw) ? dataObject(raw, references) : raw;
};
const dataObject = mapOf((raw, references) => data(raw, references));

/** In a list of one, so that `flatMap` does not take a list inside for its own. */
function wrapped(value: Json | undefined): Json[] {
  return value === undefined ? [] : [value];
}

/** The part itself, or a reference to one in the components. */
export function orReference(section: Section, clean: Clean): Clean {
  return (raw, references) => {
    const ref = own(raw, "$ref");
    if (ref === undefined) return clean(raw, references);
    const found = references.find(section, ref);
    return found === undefined ? undefined : { $ref: found.ref };
  };
}
