import type { Static, TObject } from "typebox";
import type { Containment } from "./containment.ts";
import type { BalanceOptions, Policy, RouteMethod } from "./contract.ts";
import type { GatewayError } from "./errors.ts";
import type { Metrics } from "./metrics.ts";
import type { Services } from "./services.ts";
import type { Store } from "./store.ts";

// What a plugin of others needs beside its contract: they have this one entry point.
export type { BalanceOptions, Policy, RouteMethod, RouteOptions } from "./contract.ts";
export type * from "./containment.ts";
export { demandScope, insufficientScope } from "./demand-scope.ts";
export {
  type ErrorCode,
  type ErrorDetails,
  type ErrorEnvelope,
  errorStatus,
  GatewayError,
  type GatewayErrorOptions,
  type Problem,
} from "./errors.ts";
export type * from "./metrics.ts";
export type * from "./services.ts";
export * from "./store.ts";

/** The order in which a request passes the plugins of its route. */
export const stages = ["edge", "identity", "admission", "transform", "upstream"] as const;
export type Stage = (typeof stages)[number];

/** Who is calling, as the identity stage found out. */
export interface Principal {
  readonly kind: "user" | "client" | "api_key";
  /** The user's name, the client's id, or the key's name. */
  readonly subject: string;
  /** Who says so; undefined: the gateways themselves. The same name at two issuers is two callers. */
  readonly issuer?: string;
  readonly scopes: readonly string[];
  /** Services that this client may register. */
  readonly services?: readonly string[];
  /** When the credentials end, in milliseconds since 1970; undefined: never. */
  readonly expiresAtMs?: number | undefined;
  /** By which they can be revoked. */
  readonly tokenId?: string | undefined;
}

/** A route as plugins see it. */
export interface RouteInfo {
  readonly pathPrefix: string;
  readonly methods: readonly RouteMethod[];
  readonly service: string;
  readonly stripPrefix: boolean;
  readonly timeoutMs: number;
  readonly policies: ReadonlySet<Policy>;
  /** Scopes that a caller needs, all of them; undefined: `read` for GET and HEAD, `write` for the rest. */
  readonly scopes?: readonly string[] | undefined;
}

/** What one request carries through its chain. */
export interface Exchange {
  readonly request: Request;
  readonly method: string;
  /** The canonical path: every decision and the forwarded request use this one. */
  readonly path: string;
  /** The query with its `?`, or an empty string. */
  readonly query: string;
  readonly route: RouteInfo;
  readonly requestId: string;
  /** The caller's address: the peer's, or what a trusted proxy says. */
  readonly clientAddress: string;
  /** Aborts when the caller leaves or the deadline passes. */
  readonly signal: AbortSignal;
  /** The instance that it was last sent to. */
  readonly instanceId: string | undefined;
  principal: Principal | undefined;
  /** Why the credentials that came do not count; undefined when none came, or they do. Own endpoints may throw it. */
  identityFailure: GatewayError | undefined;
  /**
   * Sets a header for the service, or takes it away, after all that callers may not say has been taken away. Throws a
   * TypeError for what no header can carry: control characters, or text beyond Latin-1.
   */
  setUpstreamHeader(name: string, value: string | undefined): void;
  /** Sets a header of the answer, replacing the service's own. Throws as setUpstreamHeader does. */
  setHeader(name: string, value: string): void;
  /**
   * Counts this request as a failure of the instance that it was last sent to, once. For what a plugin finds bad in an
   * answer, as long as it has not returned from the chain; what the kernel sees itself (502, 503, 504, no answer) counts
   * without it. The reason is for operators.
   */
  blame(reason: string): void;
  /**
   * Calls the listener when the service breaks off in the middle of its answer; not when the caller leaves. For once
   * `next` has answered: a body that is whole by then cannot break, and nothing is kept.
   */
  onBroken(listener: () => void): void;
}

export type Handler = (exchange: Exchange) => Response | Promise<Response>;
export type Middleware = (next: Handler) => Handler;

export interface Log {
  trace(fields: object, message: string): void;
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

export interface Clock {
  /** Wall-clock time in milliseconds since 1970. */
  now(): number;
  /** Milliseconds that never run backwards; for durations. */
  monotonic(): number;
}

/** A plugin's place in the chain of a route. */
export interface ChainStep {
  readonly stage: Stage;
  readonly plugin: string;
  /** What the plugin tells of itself there. */
  readonly facts?: readonly string[];
}

/** What `gateway explain` tells about an instance of the route's service. */
export interface ExplainedInstance {
  readonly id: string;
  readonly url: string;
  /** Whether it takes new requests. */
  readonly open: boolean;
  readonly weight: number;
  readonly in_flight: number;
  /** Until when (ISO 8601) it gets no requests because too many failed in a row, and how the last one did. */
  readonly ejected: { readonly until: string; readonly reason: string } | null;
}

/** What `gateway explain` tells about one request. */
export interface Explanation {
  readonly method: string;
  readonly path: string;
  /** The route, `endpoint` for the gateway's own, or why there is none. */
  readonly outcome: "route" | "endpoint" | "not_found" | "method_not_allowed";
  readonly allow?: readonly string[];
  readonly route?: {
    readonly path_prefix: string;
    readonly methods: readonly string[];
    /** Seconds. */
    readonly timeout: number;
    readonly retries: number;
    readonly retry_unsafe: boolean;
    /** Those that it names itself. */
    readonly scopes?: readonly string[];
  };
  readonly policies?: Readonly<Record<Policy, "on" | "off" | "not enforced">>;
  readonly chain?: readonly ChainStep[];
  readonly service?: string;
  readonly forwards_to?: string;
  readonly balance?: BalanceOptions;
  readonly instances?: readonly ExplainedInstance[];
}

/** The gateway's own endpoints, of all plugins, as their OpenAPI document is made of them. */
export interface OwnEndpoints {
  /** Routes of Elysia. */
  readonly routes: Endpoints["routes"];
  /** Schemas that routes name. */
  readonly models: Readonly<Record<string, unknown>>;
}

/** What the kernel lends to a plugin. There are no globals beside it. */
export interface Host {
  readonly log: Log;
  readonly clock: Clock;
  readonly version: string;
  readonly debug: boolean;
  /** Prefix of everything versioned, such as `/api/v1`. */
  readonly apiPrefix: string;
  /** What keeps the gateway from being ready; empty when it is. */
  missing(): readonly string[];
  explain(method: string, path: string): Explanation;
  /** The same object until an endpoint has come or gone. Throws while plugins are being set up. */
  endpoints(): OwnEndpoints;
  /**
   * A handler that sends requests of this route to another service, by this route's rules for path, time and balance,
   * also after the route's own service has failed. Undefined where there is no such service, or where one of its routes
   * asks more of a caller than this one does, or serves less: nobody gets around a guard through another's fallback.
   */
  forwarderTo(route: RouteInfo, service: string): Handler | undefined;
  readonly services: Services;
  readonly store: Store;
  readonly metrics: Metrics;
  /** All addresses of a host name, as the gateway resolves names. Rejects after some seconds at most. */
  resolve(name: string): Promise<readonly string[]>;
  /** A request of the gateway itself: follows no redirect, uses no proxy, keeps no connection and decodes nothing. */
  fetch(url: string, options: FetchOptions): Promise<Response>;
  /**
   * Reads a file of a plugin's own, in YAML, TOML or JSON. Throws with every mistake in it, as the start would; `setting`
   * is the setting that names the file.
   */
  readFile<T extends TObject>(setting: string, path: string, schema: T): Static<T>;
  /** Calls the listener a second or two after the file has changed, until the function that is returned is called. */
  watchFile(path: string, listener: () => void): () => void;
  /** The exchange of a request that one of the gateway's own endpoints got. */
  exchangeOf(request: Request): Exchange;
}

export interface FetchOptions {
  /** Default: GET. */
  readonly method?: "GET" | "POST";
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
}

/** The part of an Elysia application that the kernel mounts. */
export interface Endpoints {
  readonly routes: readonly { readonly method: string; readonly path: string }[];
}

export interface PluginInstance<RouteConfig = unknown> {
  /**
   * Called once per route, when the route appears, with what the route says and the defaults of what it leaves out.
   * Returning nothing keeps the plugin out of that route's chain.
   */
  route?(route: RouteInfo, options: RouteConfig): Middleware | undefined;
  /** What operators are told of the plugin's part in a route: a fact a line, no secrets. For routes that it takes part in. */
  explain?(route: RouteInfo, options: RouteConfig): readonly string[];
  /** Takes part in requests to the gateway's own endpoints, which have no route. */
  readonly own?: Middleware;
  /** An Elysia instance: the plugin's own HTTP API. */
  readonly endpoints?: Endpoints;
  /** Called when the store is loaded and before the listener opens: whatever requests need has to be there after it. */
  start?(): void | Promise<void>;
  /** Called when the listener is open. */
  ready?(): void | Promise<void>;
  /** Called on SIGHUP: whatever was read from files is to be read again. Throwing keeps what was there. */
  reload?(): void | Promise<void>;
  /**
   * Called in reverse order of set-up, also after a start that failed half-way; and when a new version of a plugin of
   * PLUGINS_DIR has taken the place of this one, which then has no request left.
   */
  close?(): void | Promise<void>;
}

/** What is wrong with an option: its key, what is wanted, and what was got, without a secret. */
export interface OptionProblem {
  readonly path: string;
  readonly wanted: string;
  readonly got: string;
  /** Another option by which this is wrong, if there is one: nothing is told while that one is wrong itself. */
  readonly by?: string;
  /** Where it stands, such as a file and its line; default: where the setting was said. */
  readonly source?: string;
}

export interface Plugin<Options extends TObject = TObject, RouteConfig extends TObject = TObject> extends Containment {
  /** Key on a route, log field, metric label: one word in lower case, one spelling. */
  readonly name: string;
  readonly stage: Stage;
  /** Plugins that come before this one inside its stage, if they are there. One of a later stage is refused. */
  readonly after?: readonly string[];
  /** Plugins that must be there, else the start fails naming this one. */
  readonly requires?: readonly string[];
  /** Policies that this plugin enforces; a policy nobody enforces is warned of at start. */
  readonly enforces?: readonly Policy[];
  /** Schema of the plugin's settings; its keys stand beside the gateway's own. */
  readonly options: Options;
  /**
   * Schema of what a route may say to this plugin, under the plugin's name. A route that says nothing says `{}`:
   * every property has a default or is optional, else the start fails.
   */
  readonly routeOptions?: RouteConfig;
  /** Mistakes in options that a schema cannot see, such as one that needs another; they stop the start like all others. */
  check?(options: Static<Options>, gateway: { readonly debug: boolean }): readonly OptionProblem[];
  /**
   * The same for what a route says to this plugin, with `path` below its name: `rules[0]`. Settings with such a mistake stop
   * the start, a registration is refused. No answer to a registration shows `got`.
   */
  checkRoute?(
    said: Static<RouteConfig>,
    options: Static<Options>,
    route: { readonly service: string },
  ): readonly OptionProblem[];
  setup(
    host: Host,
    options: Static<Options>,
  ): PluginInstance<Static<RouteConfig>> | Promise<PluginInstance<Static<RouteConfig>>>;
}

/** Declares a plugin. Does nothing but give its parts their types. */
export function definePlugin<Options extends TObject, RouteConfig extends TObject = TObject>(
  plugin: Plugin<Options, RouteConfig>,
): Plugin<Options, RouteConfig> {
  return plugin;
}
