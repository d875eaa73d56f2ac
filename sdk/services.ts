import type { TObject } from "typebox";
import type { RouteOptions } from "./contract.ts";
import type { Problem } from "./errors.ts";

/** One process of a service, as whoever found it describes it. */
export interface InstanceInfo {
  /** Unique among the service's instances; the same id is the same instance, whatever else changes. */
  readonly id: string;
  /** What is dialled: scheme, address, port and base path, without a slash at its end. */
  readonly url: string;
  /** The Host header it gets; undefined: that of the URL. */
  readonly authority: string | undefined;
  /** Its share beside the others, 1 to 1000. */
  readonly weight: number;
  /** Whether it takes new requests. Those it has are finished either way. */
  readonly open: boolean;
}

/** What the kernel knows of an instance by serving with it. */
export interface InstanceLoad {
  /** Requests sent to it by this gateway and not yet ended, bodies included. */
  readonly inFlight: number;
  /** Set while it gets no requests because too many failed in a row; the time is in milliseconds since 1970. */
  readonly ejected: { readonly untilMs: number; readonly reason: string } | undefined;
}

/** A route on the wire, with what it says to plugins under their names. */
export type WireRoute = RouteOptions & Readonly<Record<string, unknown>>;

/** What a plugin says of a service it has found. */
export interface FoundService {
  readonly routes: readonly WireRoute[];
  readonly instances: readonly InstanceInfo[];
  /** When one of the instances was last looked at (ISO 8601), for callers who find none of them well. */
  lastCheck(): string | null;
  /** The service's OpenAPI document, as it describes itself; what stands in it may be anything. */
  readonly document?: object | undefined;
}

/** A live service that describes itself. */
export interface DescribedService {
  readonly name: string;
  readonly routes: readonly WireRoute[];
  /** The same object as long as nothing changed. Not checked: it comes from the service. */
  readonly document: object;
}

/** A service of the settings. */
export interface FixedService {
  readonly name: string;
  /** With every default filled in. */
  readonly routes: readonly WireRoute[];
  readonly instances: readonly InstanceInfo[];
}

/** The services that this gateway forwards to. They come and go while it runs; no request sees half a change. */
export interface Services {
  /**
   * Brings a service, or replaces what this plugin said of it before. One that stands in the settings keeps its routes
   * and gets the instances beside its own. Throws a RangeError when one of the routes collides with another's; nothing
   * has changed then.
   */
  publish(name: string, service: FoundService): void;
  /** Takes back all that this plugin said of a service. */
  withdraw(name: string): void;
  /** Whether there is such a service now, by whomever. */
  has(name: string): boolean;
  /** The services of the settings, as they are now. */
  fixed(): readonly FixedService[];
  load(name: string, instanceId: string): InstanceLoad | undefined;
  /** Whether others get what this instance would get: it is ejected, not well or gone, and some of them are not. */
  isPassedOver(name: string, instanceId: string): boolean;
  /** Live services with an OpenAPI document, by name. */
  described(): readonly DescribedService[];
  /** Prefixes where the gateway itself answers, now or later: no service may. */
  readonly reservedPrefixes: readonly string[];
  /** What a route may say: its own keys, and those of plugins under their names. */
  readonly routeSchema: TObject;
  /** What is wrong with a route that fits the schema: what plugins find in what it says to them. */
  checkRoute(service: string, route: WireRoute): readonly Problem[];
}
