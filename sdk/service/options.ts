import type { RouteOptions } from "../contract.ts";
import type { LeaseEvent } from "./lease.ts";

type Unchanged<Value> = Value extends readonly (infer Item)[] ? readonly Item[] : Value;

/** A route, as in the settings file and on the wire; plugins of the gateway may know more keys. */
export type ServiceRoute = { readonly [Key in keyof RouteOptions]?: Unchanged<RouteOptions[Key]> } & {
  readonly path_prefix: string;
} & Readonly<Record<string, unknown>>;

/** A client of the gateway's users file with the scope `service`, which lists this service. */
export interface ClientCredentials {
  readonly clientId: string;
  readonly clientSecret: string;
}

/** By what right the service registers: the gateway's REGISTRATION_KEY, or as one of its clients. */
export type Access =
  | { readonly key: string; readonly credentials?: undefined }
  | { readonly credentials: ClientCredentials; readonly key?: undefined };

export interface ServiceDescription {
  /** `intent` for `intent_service`; a name that ends in `_service` is taken as it is. Hyphens become underscores. */
  readonly name: string;
  /** Such as `http://localhost:8000`. Of several that share a store, the next one is asked while one is away. */
  readonly gateway: string | readonly string[];
  /** Where the gateway reaches this process: a name or an address. Default: the address by which it sees the caller. */
  readonly host?: string | undefined;
  /** Default: `/<name>` below the API prefix with all methods but WEBSOCKET; a core service has its own. */
  readonly routes?: readonly ServiceRoute[] | undefined;
  /** A path that answers GET with 2xx while the service is well. Default: `/health`. */
  readonly checkEndpoint?: string | undefined;
  /** Seconds between two checks, 1 to 3600. Default: 30. */
  readonly checkInterval?: number | undefined;
  /** Shown to operators; at most 64 entries and 8 KiB as JSON. */
  readonly metadata?: Readonly<Record<string, unknown>> | undefined;
  readonly version?: string | undefined;
  /** Its share of the requests beside the other instances, 1 to 1000. Default: 1. */
  readonly weight?: number | undefined;
  /** After so many seconds without a heartbeat the gateway removes the instance, 3 to 3600. Default: the gateway's. */
  readonly leaseSeconds?: number | undefined;
  /** Default: the same for the same service, host and port. */
  readonly instanceId?: string | undefined;
  /**
   * Seconds for which the service goes on serving after it has said that it leaves, so that every gateway on the store
   * has heard of it. 0 to 60. Default: 1.
   */
  readonly drainSeconds?: number | undefined;
  /** The gateway's API_V1_PREFIX. Default: `/api/v1`. */
  readonly apiPrefix?: string | undefined;
  /** Default: failures are written to the console. What it throws is written there too. */
  readonly onEvent?: ((event: LeaseEvent) => void) | undefined;
  /** Default: the global one, in Bun without the proxy of the environment, through which secrets would leave. */
  readonly fetch?: typeof fetch | undefined;
}

export type ServiceOptions = ServiceDescription &
  Access & {
    /** The port on which the service listens. */
    readonly port: number;
    /** An OpenAPI 3 document (at most 1 MiB), or the path at which the service has it. Default: none. */
    readonly openapi?: object | string | false | undefined;
  };
