import { type TObject, type TSchema, Type } from "typebox";
import type { Problem } from "../errors.ts";
import { findMistakes, type Mistake } from "../validation.ts";
import { readTexts, type Texts } from "./read-text.ts";
import type { RouteDefinition, RouteDefinitions, ValueOf } from "./route-definition.ts";
import { bySpecificity, matchSegments, parseRouteKey } from "./route-pattern.ts";

/** Headers as fetch or as node:http have them. */
export type GivenHeaders = Headers | Readonly<Record<string, string | readonly string[] | undefined>>;

/** What of a request the URL does not say. */
export interface GivenParts {
  readonly headers?: GivenHeaders;
  /** Parsed already. */
  readonly body?: unknown;
}

/** The request's values with the schemas' types and defaults; `route` tells which of them it is. */
export type Valid<Routes extends RouteDefinitions> = {
  readonly [Key in keyof Routes]: {
    readonly ok: true;
    readonly route: Key;
    readonly params: ValueOf<Routes[Key]["params"]>;
    readonly query: ValueOf<Routes[Key]["query"]>;
    readonly headers: ValueOf<Routes[Key]["headers"]>;
    readonly body: ValueOf<Routes[Key]["body"]>;
  };
}[keyof Routes];

/** 400: it does not fit; 404: no route has this path; 405: other methods do, those of `allow`. */
export interface Invalid {
  readonly ok: false;
  readonly status: 400 | 404 | 405;
  /** Where and what is wanted, never what was sent. */
  readonly problems: readonly Problem[];
  readonly allow: readonly string[];
}

export type Validate<Routes extends RouteDefinitions> = (
  method: string,
  target: string,
  parts?: GivenParts,
) => Valid<Routes> | Invalid;

/** Throws a TypeError on what is no route key. */
export function createValidate<Routes extends RouteDefinitions>(routes: Routes): Validate<Routes> {
  const patterns = Object.keys(routes).map(parseRouteKey).toSorted(bySpecificity);
  const schemas = new Map(Object.entries(routes).map(([key, route]) => [key, schemaOf(route)]));

  return (method, target, { headers = {}, body } = {}) => {
    const { pathname, searchParams } = new URL(target.startsWith("/") ? `http://localhost${target}` : target);
    const path = pathname === "/" ? [] : pathname.slice(1).split("/");
    const found = patterns.flatMap((pattern) => {
      const parameters = matchSegments(pattern, path);
      return parameters === undefined ? [] : [{ ...pattern, parameters }];
    });
    const match =
      found.find((pattern) => pattern.method === method) ??
      found.find((pattern) => pattern.method === "GET" && method === "HEAD");
    if (match === undefined) {
      const allow = [...new Set(found.map((pattern) => pattern.method))];
      return { ok: false, status: found.length === 0 ? 404 : 405, problems: [], allow };
    }

    const params = decoded(match.parameters);
    if (params === undefined) return unfit([{ path: "params", message: "wanted well-formed escapes" }]);
    const { key } = match;
    const { params: paramsSchema = nothing, query = nothing, headers: headersSchema = nothing } = routes[key] ?? {};
    const given = {
      params: readTexts(paramsSchema, params),
      query: readTexts(query, grouped(searchParams)),
      headers: readTexts(headersSchema, headerTexts(headers)),
      ...(body === undefined ? {} : { body }),
    };
    const { filled, mistakes } = findMistakes(schemas.get(key) ?? nothing, given);
    if (mistakes.length > 0) return unfit(mistakes.map(toProblem));
    return { ok: true, route: key, body: undefined, ...(filled as object) } as unknown as Valid<Routes>;
  };
}

const nothing = Type.Object({});

function schemaOf({ params = nothing, query = nothing, headers = nothing, body }: RouteDefinition): TObject {
  const properties: Record<string, TSchema> = { params, query, headers };
  return Type.Object(body === undefined ? properties : { ...properties, body });
}

function unfit(problems: readonly Problem[]): Invalid {
  return { ok: false, status: 400, problems, allow: [] };
}

function toProblem({ path, wanted, kind, schema }: Mistake): Problem {
  const isPlainObject = schema?.type === "object" && schema.wanted === undefined;
  return { path, message: `wanted ${isPlainObject && kind !== "unknown" ? "an object" : wanted}` };
}

function decoded(parameters: Readonly<Record<string, string>>): Texts | undefined {
  try {
    return new Map(Object.entries(parameters).map(([name, text]) => [name, [decodeURIComponent(text)]]));
  } catch {
    return undefined;
  }
}

function grouped(pairs: URLSearchParams): Texts {
  return new Map([...new Set(pairs.keys())].map((name) => [name, pairs.getAll(name)]));
}

function headerTexts(headers: GivenHeaders): Texts {
  const entries: (readonly [string, string | readonly string[] | undefined])[] =
    headers instanceof Headers ? [...headers] : Object.entries(headers);
  return new Map(
    entries.flatMap(([name, value]) =>
      value === undefined
        ? []
        : [[name.toLowerCase(), [typeof value === "string" ? value : value.join(", ")]] as const],
    ),
  );
}
