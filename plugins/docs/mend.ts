import { STATUS_CODES } from "node:http";

interface Content {
  readonly [type: string]: unknown;
}
interface Answer {
  readonly description?: string;
  readonly content?: Content;
}
interface Parameter {
  readonly in: string;
  readonly required?: boolean;
  readonly schema?: { readonly default?: unknown };
}
interface Operation {
  readonly parameters?: readonly Parameter[];
  readonly responses?: Readonly<Record<string, Answer>>;
  readonly requestBody?: { readonly content?: Content };
}
export interface OpenApiDocument {
  readonly openapi: string;
  readonly info: Readonly<Record<string, unknown>>;
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components?: Readonly<Record<string, object>>;
  readonly tags?: readonly object[];
}

/** The first version whose schemas are JSON Schema, as those of Elysia are: `const` is no keyword before it. */
const openapi = "3.1.0";

/** What an operation can be filed under; Elysia also writes `ws`. */
const methods: ReadonlySet<string> = new Set(["get", "put", "post", "delete", "options", "head", "patch", "trace"]);

/** The seed's envelope, as every error answer carries it. */
const envelope = {
  type: "object",
  required: ["error", "request_id"],
  properties: {
    error: {
      type: "object",
      required: ["code", "message", "details"],
      properties: { code: { type: "string" }, message: { type: "string" }, details: { type: "object" } },
    },
    request_id: { type: "string" },
  },
};

/**
 * Makes a valid OpenAPI document of what Elysia's plugin writes: it leaves out the descriptions that answers must
 * have, demands parameters that have a default, and offers each body in three content types where JSON alone is
 * spoken. Adds the answer every error gets, and what a token is.
 */
export function mendDocument(document: OpenApiDocument): OpenApiDocument {
  const paths = Object.fromEntries(
    Object.entries(document.paths).map(([path, operations]) => [
      path,
      Object.fromEntries(
        Object.entries(operations)
          .filter(([method]) => methods.has(method))
          .map(([method, operation]) => [method, mendOperation(operation)]),
      ),
    ]),
  );
  return {
    ...document,
    openapi,
    paths,
    components: {
      ...document.components,
      schemas: { ...Object(document.components?.["schemas"]), Error: envelope },
      responses: {
        Error: {
          description: "An error",
          content: { "application/json": { schema: { $ref: "#/components/schemas/Error" } } },
        },
      },
      securitySchemes: { bearer: { type: "http", scheme: "bearer", bearerFormat: "JWT" } },
    },
  };
}

function mendOperation(operation: Operation): Operation {
  const responses = Object.entries(operation.responses ?? {}).map(([status, answer]) => [
    status,
    { ...answer, description: answer.description ?? STATUS_CODES[status] ?? "Answer", ...jsonOnly(answer.content) },
  ]);
  const { parameters, requestBody } = operation;
  return {
    ...operation,
    ...(parameters === undefined ? {} : { parameters: parameters.map(mendParameter) }),
    ...(requestBody === undefined ? {} : { requestBody: { ...requestBody, ...jsonOnly(requestBody.content) } }),
    responses: { ...Object.fromEntries(responses), default: { $ref: "#/components/responses/Error" } },
  };
}

function mendParameter(parameter: Parameter): Parameter {
  const hasDefault = parameter.schema?.default !== undefined;
  return { ...parameter, required: parameter.in === "path" || (parameter.required === true && !hasDefault) };
}

function jsonOnly(content: Content | undefined): { content?: Content } {
  if (content === undefined) return {};
  const json = content["application/json"];
  return { content: json === undefined ? content : { "application/json": json } };
}
