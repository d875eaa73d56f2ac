import type { Static, TSchema } from "typebox";

/** `GET /bills/:id`: the method, and the path below the service's prefix. */
export type RouteKey = `${"GET" | "POST" | "PUT" | "PATCH" | "DELETE" | "OPTIONS" | "HEAD"} /${string}`;

/** What `Type.Object` makes. Its own type, TObject, leaves out those of which nothing is required. */
export type ObjectSchema = TSchema & { readonly properties: Readonly<Record<string, TSchema>> };

/** One route of a contract. What has no schema is not checked. */
export interface RouteDefinition {
  readonly summary?: string;
  readonly description?: string;
  /** Of the path; read from text like the query. */
  readonly params?: ObjectSchema;
  /** Numbers, `true`, `false` and lists of them are read from text. */
  readonly query?: ObjectSchema;
  /** Names in lower case. */
  readonly headers?: ObjectSchema;
  readonly body?: TSchema;
  /** What is answered, by status. */
  readonly responses: Readonly<Record<number, TSchema>>;
}

export type RouteDefinitions = Readonly<Record<string, RouteDefinition>>;

/** The value that a schema describes; `unknown` without one. */
export type ValueOf<Schema> = Schema extends TSchema ? Static<Schema> : unknown;

/** The routes in the form of Elysia's types, which the client reads. */
export type RoutesOf<Routes extends RouteDefinitions> = Merge<
  {
    [Key in keyof Routes]: Key extends `${infer Method} /${infer Path}`
      ? Nest<Path, Lowercase<Method>, ShapeOf<Routes[Key]>>
      : never;
  }[keyof Routes]
>;

type ShapeOf<Route extends RouteDefinition> = {
  body: ValueOf<Route["body"]>;
  params: ValueOf<Route["params"]>;
  query: ValueOf<Route["query"]>;
  headers: ValueOf<Route["headers"]>;
  response: { [Status in keyof Route["responses"]]: ValueOf<Route["responses"][Status]> };
};

type Nest<Path extends string, Method extends string, Shape> = Path extends `${infer Head}/${infer Rest}`
  ? { [Name in Head]: Nest<Rest, Method, Shape> }
  : Path extends ""
    ? { [Name in Method]: Shape }
    : { [Name in Path]: { [Name in Method]: Shape } };

/** All of them at once. */
type Merge<Union> = (Union extends unknown ? (each: Union) => void : never) extends (all: infer All) => void
  ? All
  : never;
