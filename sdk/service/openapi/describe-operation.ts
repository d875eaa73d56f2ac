import { describeParameters } from "./describe-parameters.ts";
import { isBinary, isObject, type Json, type JsonSchemas } from "./json-schema.ts";

/** Names that Elysia has for content types. */
const contentTypes: Readonly<Record<string, string>> = {
  json: "application/json",
  text: "text/plain",
  urlencoded: "application/x-www-form-urlencoded",
  formdata: "multipart/form-data",
  arrayBuffer: "application/octet-stream",
};

const texts: ReadonlySet<unknown> = new Set(["string", "number", "integer", "boolean"]);

/** One operation of OpenAPI, of what an Elysia route says. `path` has its parameters in braces. */
export function describeOperation(schemas: JsonSchemas, path: string, hooks: Json): Json {
  const parts: Record<string, Json> = {};
  for (const part of ["body", "params", "query", "headers", "cookie"]) {
    const schema = all(saidIn(hooks, part).map((one) => schemas.of(one)));
    if (schema !== undefined) parts[part] = schema;
  }
  const { body } = parts;
  const detail = isObject(hooks["detail"]) ? hooks["detail"] : {};
  const { hide: _hide, responses: moreResponses, ...said } = detail;
  const responses = { ...describeResponses(schemas, hooks), ...(isObject(moreResponses) ? moreResponses : {}) };
  return {
    parameters: describeParameters(schemas, path, parts),
    ...(body && {
      requestBody: { required: true, content: { [bodyType(hooks, schemas.resolve(body))]: { schema: body } } },
    }),
    ...said,
    responses: Object.keys(responses).length > 0 ? responses : { 200: { description: "Answer" } },
  };
}

function describeResponses(schemas: JsonSchemas, hooks: Json): Json {
  const byStatus = new Map<string, Json[]>();
  for (const said of saidIn(hooks, "response")) {
    const statuses = isByStatus(said) ? said : { 200: said };
    for (const [status, schema] of Object.entries(statuses)) {
      byStatus.set(status, [...(byStatus.get(status) ?? []), schemas.of(schema)]);
    }
  }
  const responses = [...byStatus].map(([status, list]) => [status, describeResponse(schemas, all(list) ?? {})]);
  return Object.fromEntries(responses);
}

function describeResponse(schemas: JsonSchemas, schema: Json): Json {
  const resolved = schemas.resolve(schema);
  const { description, type } = resolved;
  const hasBody = Object.keys(resolved).some((key) => key !== "description");
  return {
    description: typeof description === "string" ? description : "Answer",
    ...(hasBody && { content: { [isBinary(resolved) ? binary : texts.has(type) ? text : json]: { schema } } }),
  };
}

const json = "application/json";
const text = "text/plain";
const binary = "application/octet-stream";

/** What the route itself says, and the guards around it. */
function saidIn(hooks: Json, part: string): unknown[] {
  const guards = Array.isArray(hooks["standaloneValidator"]) ? hooks["standaloneValidator"] : [];
  return [hooks, ...guards].map((one) => Reflect.get(Object(one), part)).filter((schema) => schema !== undefined);
}

function all(schemas: readonly Json[]): Json | undefined {
  return schemas.length > 1 ? { allOf: schemas } : schemas[0];
}

function isByStatus(said: unknown): said is Json {
  return isObject(said) && Object.keys(said).every((key) => /^[1-5]\d\d$/.test(key));
}

function bodyType({ parse, type }: Json, schema: Json): string {
  const [named] = [parse, type].flat().map((one) => (isObject(one) ? one["fn"] : one));
  const wanted = typeof named === "string" ? (contentTypes[named] ?? named) : "";
  if (wanted.includes("/")) return wanted;
  const { properties } = schema;
  if (isObject(properties) && Object.values(properties).some((one) => isBinary(one))) return "multipart/form-data";
  return isBinary(schema) ? binary : schema["type"] === "string" ? text : json;
}
