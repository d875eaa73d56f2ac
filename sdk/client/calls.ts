import type { Answer } from "./answer.ts";
import type { CallOptions } from "./options.ts";
import type { RouteShape } from "./described.ts";

/** What stands behind one segment of a path: its methods, the segments below it, and its parameter as a call. */
export type Segment<Routes> = Below<Routes> & Parameter<Routes>;

type Below<Routes> = {
  readonly [
    Name in keyof Routes as Name extends `:${string}` | "subscribe" ? never : Name
  ]: Routes[Name] extends RouteShape ? Call<Name, Routes[Name]> : Segment<Routes[Name]>;
};

type Parameter<Routes> =
  Extract<keyof Routes, `:${string}`> extends infer Name extends `:${string}` & keyof Routes
    ? [Name] extends [never]
      ? unknown
      : ((parameter: { readonly [Key in NameOf<Name>]: string | number }) => Segment<Routes[Name]>) &
          (Name extends `${string}?` ? Segment<Routes[Name]> : unknown)
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
