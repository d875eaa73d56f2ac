import type { ElysiaApp, ElysiaRoute } from "../elysia/elysia-app.ts";
import { describeOperation } from "./describe-operation.ts";
import { isObject, type Json, JsonSchemas } from "./json-schema.ts";

const methods = ["get", "put", "post", "delete", "options", "head", "patch"];

/** The OpenAPI document of an Elysia app, of its routes' own schemas. Hidden routes and WebSockets are left out. */
export function describeApp(app: Pick<ElysiaApp, "routes" | "definitions">, info: Json): Json {
  const schemas = new JsonSchemas(app.definitions?.type);
  const paths: Record<string, Record<string, Json>> = {};
  for (const { method, path, hooks = {} } of app.routes.filter(isShown)) {
    const served = method === "ALL" ? methods : methods.filter((known) => known === method.toLowerCase());
    for (const template of templatesOf(path)) {
      const operation = describeOperation(schemas, template, hooks);
      for (const one of served) (paths[template] ??= {})[one] = operation;
    }
  }
  return { openapi: "3.1.0", info, paths, components: { schemas: schemas.components } };
}

function isShown({ hooks }: ElysiaRoute): boolean {
  const detail = hooks?.["detail"];
  return !(isObject(detail) && detail["hide"] === true);
}

/** `/a/:id/*` as `/a/{id}/{*}`; one with optional parts with and without them. */
function templatesOf(path: string): string[] {
  const [before = "", name, after = ""] = splitAtOptional(path);
  if (name !== undefined) return [before + after || "/", `${before}/:${name}${after}`].flatMap(templatesOf);
  return [path.replaceAll(/:([^/]+)/g, "{$1}").replace(/\*$/, "{*}")];
}

function splitAtOptional(path: string): string[] {
  return /^(.*?)\/:([^/]+)\?(?=\/|$)(.*)$/.exec(path)?.slice(1) ?? [path];
}
