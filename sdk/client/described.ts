/** Whatever tells its routes by its type: an Elysia application, a contract, a service of `gateway types`. */
export interface Described {
  readonly "~Routes": object;
}

/** One method of one path, as Elysia's types have it. */
export interface RouteShape {
  readonly body: unknown;
  readonly params: unknown;
  readonly query: unknown;
  readonly headers: unknown;
  /** What is answered, by status. */
  readonly response: object;
}
