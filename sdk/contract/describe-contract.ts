import type { TSchema } from "typebox";
import type { ObjectSchema, RouteDefinition, RouteDefinitions } from "./route-definition.ts";
import { parseRouteKey } from "./route-pattern.ts";

/** An OpenAPI 3.1 document, as a registration takes it. */
export interface OpenApiDocument {
  readonly openapi: "3.1.0";
  readonly info: { readonly title: string; readonly version: string; readonly description?: string };
  readonly paths: Readonly<Record<string, Readonly<Record<string, object>>>>;
}

export function describeContract(info: OpenApiDocument["info"], routes: RouteDefinitions): OpenApiDocument {
  const paths: Record<string, Record<string, object>> = {};
  for (const [key, route] of Object.entries(routes)) {
    const { method, segments } = parseRouteKey(key);
    const path = `/${segments.map((segment) => segment.replace(/^:(.*)$/, "{$1}")).join("/")}`;
    (paths[path] ??= {})[method.toLowerCase()] = describeRoute(route, segments);
  }
  // A copy, without what typebox keeps beside the schemas.
  return JSON.parse(JSON.stringify({ openapi: "3.1.0", info, paths }));
}

function describeRoute(route: RouteDefinition, segments: readonly string[]): object {
  const { summary, description, params, query, headers, body, responses } = route;
  const names = segments.filter((segment) => segment.startsWith(":")).map((segment) => segment.slice(1));
  const parameters = [
    ...names.map((name) => ({
      name,
      in: "path",
      required: true,
      schema: params?.properties[name] ?? { type: "string" },
    })),
    ...describeParameters("query", query),
    ...describeParameters("header", headers),
  ];
  return {
    summary,
    description,
    parameters,
    ...(body === undefined ? {} : { requestBody: { required: true, content: contentOf(body) } }),
    responses: Object.fromEntries(
      Object.entries(responses).map(([status, schema]) => [
        status,
        {
          description: (schema as { description?: string }).description ?? "Answer",
          ...(status === "204" ? {} : { content: contentOf(schema) }),
        },
      ]),
    ),
  };
}

function describeParameters(place: "query" | "header", schema: ObjectSchema | undefined): object[] {
  const { properties = {}, required = [] } = (schema ?? {}) as Partial<ObjectSchema> & { readonly required?: unknown };
  return Object.entries(properties).map(([name, property]) => ({
    name,
    in: place,
    required: (required as readonly string[]).includes(name),
    schema: property,
  }));
}

function contentOf(schema: TSchema): object {
  const { contentMediaType, contentSchema } = schema as { contentMediaType?: string; contentSchema?: object };
  return { [contentMediaType ?? "application/json"]: { schema: contentSchema ?? schema } };
}
