import { content, example, header } from "./merge-content.ts";
import { type Declared, declaredIn, parameter } from "./merge-parameter.ts";
import { schema } from "./merge-schema.ts";
import {
  type Clean,
  data,
  flag,
  ifObject,
  listOf,
  mapOf,
  orReference,
  type References,
  type Section,
  shape,
  text,
} from "./merge-shape.ts";
import { type JsonObject, own } from "./merge-tame.ts";

/*
 * All that may stay of each object of OpenAPI. Left out everywhere: servers and links to other documents, which tell
 * inner addresses or would be loaded from there, and extensions, which tools take for orders.
 */

const requestBody: Clean = (raw, references) => {
  const cleaned = shape({ description: text, required: flag, content })(raw, references);
  return cleaned["content"] === undefined ? undefined : cleaned;
};

const link: Clean = (raw, references) => {
  const operationId = references.operation(own(raw, "operationId") ?? null);
  if (operationId === undefined) return undefined;
  const said = shape({ description: text, parameters: mapOf(text), requestBody: data })(raw, references);
  return { ...said, operationId };
};

const answer = shape({
  description: text,
  headers: mapOf(orReference("headers", header)),
  content,
  links: mapOf(orReference("links", link)),
});
const response = ifObject((raw, references) => ({ description: "Answer", ...answer(raw, references) }));

const responses = mapOf(orReference("responses", response), (key) => /^[1-5](?:\d\d|XX)$/.test(key));

const exchange = {
  summary: text,
  description: text,
  deprecated: flag,
  requestBody: orReference("requestBodies", requestBody),
};

/** What the service asks its caller's own server. Callbacks inside are left out: they could go on without an end. */
const question = ifObject((raw, references) => ({
  ...shape({ ...exchange, parameters: listOf(orReference("parameters", parameter)) })(raw, references),
  responses: { default: { description: "Answer" }, ...responses(own(raw, "responses") ?? null, references) },
}));

export const methods = ["get", "put", "post", "delete", "options", "head", "patch"];

const callback = mapOf(ifObject(shape(Object.fromEntries(methods.map((method) => [method, question])))));

const fields = shape({ ...exchange, callbacks: mapOf(orReference("callbacks", callback)) });

/** What is the same of an operation wherever it is found. */
export interface CleanOperation {
  readonly fields: JsonObject;
  readonly responses: JsonObject;
  readonly parameters: readonly Declared[];
  readonly id: string | undefined;
}

export function cleanOperation(raw: JsonObject, references: References): CleanOperation {
  const id = own(raw, "operationId");
  return {
    fields: fields(raw, references),
    responses: responses(own(raw, "responses") ?? null, references) ?? {},
    parameters: declaredIn(own(raw, "parameters"), references),
    id: typeof id === "string" && id !== "" ? id : undefined,
  };
}

/** How the components of each section are taken over. */
export const cleaners: Readonly<Record<Section, Clean>> = {
  schemas: schema,
  responses: response,
  parameters: parameter,
  examples: example,
  requestBodies: requestBody,
  headers: header,
  links: link,
  callbacks: callback,
};
