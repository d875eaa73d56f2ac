import type { Answer } from "./answer.ts";
import type { CallOptions } from "./options.ts";
import type { RouteShape } from "./described.ts";

/** What stands behind one segment of a path: its methods, the segments below it, and its parameter as a call. */
export type Segment<Routes> = Below<Routes> & Parameter<Routes>;

type Below<Routes> = {
  readonly [
    Name in keyof Routes as Name extends `:${string}` ? never : IsSocket<Name, Routes[Name]> extends true ? never : Name
  ]: Routes[Name] extends RouteShape ? Call<Name, Routes[Name]> : Segment<Routes[Name]>;
};

/** Where Elysia keeps a WebSocket; a segment of that name holds methods. */
type IsSocket<Name, Value> = Name extends "subscribe" ? (Value extends RouteShape ? true : false) : false;

type Parameter<Routes> =
  Extract<keyof Routes, `:${string}`> extends infer Names extends `:${string}` & keyof Routes
    ? [Names] extends [never]
      ? unknown
      : All<ParameterNamed<Routes, Names>>
    : never;

/** Routes of one place may give its parameter several names. */
type ParameterNamed<Routes, Name extends keyof Routes> = Name extends `:${string}`
  ? ((parameter: { readonly [Key in NameOf<Name>]: string | number }) => Segment<Routes[Name]>) &
      (Name extends `${string}?` ? Segment<Routes[Name]> : unknown)
  : never;

type All<Union> = (Union extends unknown ? (each: Union) => void : never) extends (all: infer Every) => void
  ? Every
  : never;

type NameOf<Name> = Name extends `:${infer Bare}?` ? Bare : Name extends `:${infer Bare}` ? Bare : never;

type Call<Method, Route extends RouteShape> = Method extends "get" | "head"
  ? (...input: Last<Options<Route>>) => Promise<Answer<Route["response"]>>
  : (...input: BodyAndOptions<Route["body"], Options<Route>>) => Promise<Answer<Route["response"]>>;

type Last<Options> = {} extends Options ? [options?: Options] : [options: Options];

type BodyAndOptions<Body, Options> = {} extends Options
  ? undefined extends Body
    ? [body?: Body, options?: Options]
    : {} extends Body
      ? [body?: Body, options?: Options]
      : [body: Body, options?: Options]
  : [body: Body, options: Options];

type Options<Route extends RouteShape> = CallOptions & Query<Route["query"]> & SentHeaders<Route["headers"]>;

/** `unknown` is what a route without a schema has. */
type Query<Type> = unknown extends Type
  ? { readonly query?: Readonly<Record<string, unknown>> }
  : {} extends Type
    ? { readonly query?: Type }
    : { readonly query: Type };

type AnyHeaders = Readonly<Record<string, string | undefined>>;

/** Headers that no schema knows can be sent, too. */
type SentHeaders<Type> = unknown extends Type
  ? { readonly headers?: AnyHeaders }
  : {} extends Type
    ? { readonly headers?: Type & AnyHeaders }
    : { readonly headers: Type & AnyHeaders };
