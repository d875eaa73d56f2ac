import { entriesOf, isObject, type Json, listOf, own } from "./json.ts";
import type { SchemaTypes } from "./schema-type.ts";
import { objectType, unionType } from "./type-text.ts";

/** Those that a client sets, whatever a document says (OpenAPI 3.1, Parameter Object). */
const notHeaders: ReadonlySet<unknown> = new Set(["accept", "content-type", "authorization"]);

const bodyless: ReadonlySet<string> = new Set(["204", "205", "304"]);

/** One operation in the form of Elysia's types, which the SDK's client reads. */
export function operationType(document: Json, operation: Json, types: SchemaTypes): string {
  const parameters = listOf(own(operation, "parameters")).map((parameter) => resolve(document, parameter));
  const inPlace = (place: string) => parameters.filter((parameter) => own(parameter, "in") === place);
  const headers = inPlace("header").filter((header) => !notHeaders.has(String(own(header, "name")).toLowerCase()));
  return objectType([
    { name: "body", type: bodyType(resolve(document, own(operation, "requestBody")), types) },
    { name: "params", type: "unknown" },
    { name: "query", type: parametersType(inPlace("query"), types) },
    { name: "headers", type: parametersType(headers, types) },
    { name: "response", type: responsesType(document, own(operation, "responses"), types) },
  ]);
}

/** Parameters, bodies and answers stand under a name at times; one step leads to them. */
function resolve(document: Json, value: Json | undefined): Json | undefined {
  const reference = own(value, "$ref");
  const [, section = "", name = ""] = /^#\/components\/(\w+)\/(.+)$/.exec(String(reference)) ?? [];
  return reference === undefined ? value : own(own(own(document, "components"), section), name);
}

function parametersType(parameters: readonly (Json | undefined)[], types: SchemaTypes): string {
  const byName = new Map(parameters.map((parameter) => [own(parameter, "name"), parameter]));
  const properties = [...byName].flatMap(([name, parameter]) =>
    typeof name === "string"
      ? [{ name, type: types.typeOf(own(parameter, "schema")), isOptional: own(parameter, "required") !== true }]
      : [],
  );
  return properties.length === 0 ? "unknown" : objectType(properties);
}

function bodyType(body: Json | undefined, types: SchemaTypes): string {
  if (!isObject(body)) return "unknown";
  const type = contentType(own(body, "content"), types);
  return own(body, "required") === true ? type : unionType([type, "undefined"]);
}

function responsesType(document: Json, responses: Json | undefined, types: SchemaTypes): string {
  const byStatus = entriesOf(responses)
    .filter(([status]) => /^[1-5]\d\d$/.test(status))
    .map(([status, response]) => {
      const content = own(resolve(document, response), "content");
      // Many leave out what they answer; only some statuses say that it is nothing.
      const absent = bodyless.has(status) ? "undefined" : "unknown";
      return [status, content === undefined ? absent : contentType(content, types)] as const;
    });
  const known = byStatus.some(([status]) => status.startsWith("2"))
    ? byStatus
    : [["200", "unknown"] as const, ...byStatus];
  return `{\n${known.map(([status, type]) => `  ${status}: ${type.replaceAll("\n", "\n  ")};`).join("\n")}\n}`;
}

/** Of several media types the one that a client of ours would send or read best. */
function contentType(content: Json | undefined, types: SchemaTypes): string {
  const all = entriesOf(content).map(
    ([type, media]) => [type.split(";", 1)[0]?.trim().toLowerCase() ?? "", media] as const,
  );
  const found = (wanted: RegExp) => all.find(([type]) => wanted.test(type));
  const json =
    found(/^application\/(?:[\w.-]+\+)?json$/) ?? found(/^multipart\/form-data$|^application\/x-www-form-urlencoded$/);
  if (json !== undefined) return types.typeOf(own(json[1], "schema"));
  const events = found(/^text\/event-stream$/);
  if (events !== undefined) {
    const data = { name: "data", type: types.typeOf(own(events[1], "schema")) };
    const event = objectType([...["id", "event"].map((name) => ({ name, type: "string", isOptional: true })), data]);
    return `AsyncGenerator<${event}, void, void>`;
  }
  if (found(/^text\//) !== undefined) return "string";
  if (found(/^application\/octet-stream$/) !== undefined) return "ArrayBuffer";
  return "unknown";
}
