/** What a route of an Elysia application says of itself, as far as it is read here. Nothing of it is relied upon. */
export interface ElysiaRoute {
  /** `ALL` and `WS` beside those of HTTP. */
  readonly method: string;
  /** With `:name`, `:name?` and a `*` at its end. */
  readonly path: string;
  readonly hooks?: Readonly<Record<string, unknown>>;
}

/** The part of an Elysia application that is used here. Its own types would make everybody install it. */
export interface ElysiaApp {
  readonly routes: readonly ElysiaRoute[];
  readonly server: { readonly port?: number; readonly hostname?: string } | null;
  /** Resolves when plugins that are loaded later are there. */
  readonly modules?: PromiseLike<unknown>;
  readonly definitions?: { readonly type?: Readonly<Record<string, unknown>> };
  stop(closeActiveConnections?: boolean): Promise<unknown>;
  get(path: string, handler: () => unknown, hooks: object): unknown;
  /** The argument is the application that listens, with the routes of all its plugins. */
  onStart(handler: (root: ElysiaApp) => void): unknown;
}
