import { schema } from "./merge-schema.ts";
import { data, flag, ifObject, mapOf, oneOf, orReference, type References, shape, text } from "./merge-shape.ts";
import { type Json, type JsonObject, own } from "./merge-tame.ts";

export const example = ifObject(shape({ summary: text, description: text, value: data }));

const samples = shape({ example: data, examples: mapOf(orReference("examples", example)) });

/** One example or many: both together are invalid. */
function samplesOf(raw: Json, references: References): JsonObject {
  const { example: one, examples: many } = samples(raw, references);
  if (many !== undefined) return { examples: many };
  return one === undefined ? {} : { example: one };
}

const annotations = shape({ description: text, required: flag, deprecated: flag });

export const header = ifObject((raw, references) => ({ ...annotations(raw, references), ...carried(raw, references) }));

const encoding = ifObject(
  shape({
    contentType: text,
    headers: mapOf(orReference("headers", header)),
    style: oneOf("form", "spaceDelimited", "pipeDelimited", "deepObject"),
    explode: flag,
    allowReserved: flag,
  }),
);

const body = shape({ schema, encoding: mapOf(encoding) });

/** Schemas, each with its examples, by media type. */
export const content = mapOf(
  ifObject((raw, references) => ({ ...body(raw, references), ...samplesOf(raw, references) })),
);

/** What a parameter or header carries: a schema, or a single media type. */
export function carried(raw: JsonObject, references: References): JsonObject {
  const media = own(raw, "schema") === undefined ? content(own(raw, "content") ?? null, references) : undefined;
  const first = Object.entries(media ?? {}).slice(0, 1);
  if (first.length > 0) return { content: Object.fromEntries(first) };
  return { schema: {}, ...shape({ schema, explode: flag })(raw, references), ...samplesOf(raw, references) };
}
