import { describeContract, type OpenApiDocument } from "./describe-contract.ts";
import type { RouteDefinition, RouteDefinitions, RouteKey, RoutesOf } from "./route-definition.ts";
import { createValidate, type Validate } from "./validate.ts";

/** A service described by schemas: its type is what clients call by, its value checks requests and documents it. */
export interface Contract<Routes extends RouteDefinitions> {
  /** For types alone: `createClient<{ billing: typeof billing }>(...)`. */
  readonly "~Routes": RoutesOf<Routes>;
  readonly routes: Routes;
  /** For a registration's `openapi`. */
  readonly openapi: OpenApiDocument;
  /**
   * Checks a request's path (or URL), query, headers and body, and gives them back with types and defaults. `target` is
   * the path below the service's prefix, as the gateway forwards it. Throws a TypeError where it is no URL.
   */
  readonly validate: Validate<Routes>;
}

export interface ContractDefinition<Routes> {
  readonly title: string;
  /** Default 1.0.0. */
  readonly version?: string;
  readonly description?: string;
  readonly routes: Routes & { readonly [Key in keyof Routes]: Key extends RouteKey ? RouteDefinition : never };
}

/** Describes a service whose types nobody can infer: one on node:http, Express, Fastify, Hono. Throws a TypeError on a bad route key. */
export function defineContract<const Routes extends RouteDefinitions>({
  title,
  version = "1.0.0",
  description,
  routes,
}: ContractDefinition<Routes>): Contract<Routes> {
  const info = { title, version, ...(description === undefined ? {} : { description }) };
  const known: Routes = routes;
  return {
    "~Routes": {} as RoutesOf<Routes>,
    routes: known,
    openapi: describeContract(info, known),
    validate: createValidate(known),
  };
}
