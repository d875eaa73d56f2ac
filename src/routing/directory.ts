import { isDeepStrictEqual } from "node:util";
import type {
  DescribedService,
  FixedService,
  FoundService,
  InstanceInfo,
  InstanceLoad,
  WireRoute,
} from "@isaas/gateway-sdk/services";
import type { Service } from "../services/service.ts";
import type { Destination, Route, RoutePlan } from "./route.ts";
import type { RouteTable } from "./table.ts";

export interface DirectoryOptions {
  readonly table: RouteTable<Destination>;
  readonly createService: (name: string) => Service;
  /** Turns a plan into a route with its chain. */
  readonly open: (plan: RoutePlan, service: Service) => Route;
}

/** Who brought a service's routes: the settings, or a plugin by its name. */
type Source = string;
export const settingsSource: Source = "settings";
/** Who follows the names that stand in the settings. */
export const dnsSource: Source = "dns";

interface Entry {
  readonly service: Service;
  readonly sources: Set<Source>;
  /** Empty until somebody brings some. They belong to whoever did. */
  routes: readonly Route[];
  routesOf: Source | undefined;
  /** By whoever brought it. */
  readonly documents: Map<Source, object>;
}

/**
 * The services that this gateway forwards to and the routes that lead to them. Both come and go while it runs; every
 * change happens between two requests.
 */
export class Directory {
  readonly #options: DirectoryOptions;
  readonly #entries = new Map<string, Entry>();

  constructor(options: DirectoryOptions) {
    this.#options = options;
  }

  get routes(): Route[] {
    return [...this.#entries.values()].flatMap(({ routes }) => routes);
  }

  /** Services that the settings name, with what they say of their routes. */
  fixed(toWire: (plan: RoutePlan) => WireRoute): FixedService[] {
    return [...this.#entries.values()]
      .filter(({ sources }) => sources.has(settingsSource))
      .map(({ service, routes }) => ({
        name: service.name,
        routes: routes.map(toWire),
        instances: [settingsSource, dnsSource].flatMap((source) => service.instancesOf(source)),
      }));
  }

  /** Services that describe themselves, by name. */
  described(toWire: (plan: RoutePlan) => WireRoute): DescribedService[] {
    return [...this.#entries.values()]
      .flatMap(({ service: { name }, routes, documents }) =>
        [...documents.values()].slice(0, 1).map((document) => ({ name, routes: routes.map(toWire), document })),
      )
      .toSorted((a, b) => (a.name < b.name ? -1 : 1));
  }

  /** A service by its name, with the routes that lead to it. */
  find(name: string): { readonly service: Service; readonly routes: readonly Route[] } | undefined {
    return this.#entries.get(name);
  }

  load(name: string, instanceId: string): InstanceLoad | undefined {
    return this.#entries.get(name)?.service.load(instanceId);
  }

  /**
   * Replaces what a source said of a service. Routes that another source brought stay as they are.
   * Throws a RangeError when a route collides with one of another service; nothing has changed then.
   */
  publish(
    source: Source,
    name: string,
    plans: readonly RoutePlan[],
    instances: readonly InstanceInfo[],
    { lastCheck, document }: Partial<Pick<FoundService, "lastCheck" | "document">> = {},
  ): void {
    const entry = this.#entries.get(name) ?? {
      service: this.#options.createService(name),
      sources: new Set(),
      routes: [],
      routesOf: undefined,
      documents: new Map(),
    };
    if (entry.routesOf === undefined || entry.routesOf === source) {
      this.#replaceRoutes(entry, plans);
      entry.routesOf = source;
    }
    entry.sources.add(source);
    entry.service.update(source, instances, lastCheck);
    if (document === undefined) entry.documents.delete(source);
    else entry.documents.set(source, document);
    this.#entries.set(name, entry);
  }

  /** Takes back all that a source said of a service. */
  withdraw(source: Source, name: string): void {
    const entry = this.#entries.get(name);
    if (entry === undefined || !entry.sources.delete(source)) return;
    entry.service.update(source, []);
    entry.documents.delete(source);
    if (entry.routesOf === source) {
      this.#replaceRoutes(entry, []);
      entry.routesOf = undefined;
    }
    if (entry.sources.size === 0) this.#entries.delete(name);
  }

  /** Makes the chains of all routes anew. Has changed nothing when it throws, because one cannot be made. */
  reopen(): void {
    const { table, open } = this.#options;
    const fresh = [...this.#entries.values()].map((entry) => ({
      entry,
      routes: entry.routes.map((route) => open(toPlan(route), entry.service)),
    }));
    for (const { entry, routes } of fresh) {
      for (const route of entry.routes) table.remove(route);
      for (const route of routes) table.add(route);
      entry.routes = routes;
    }
  }

  #replaceRoutes(entry: Entry, plans: readonly RoutePlan[]): void {
    const old = entry.routes;
    if (isDeepStrictEqual(old.map(toPlan), plans.map(toPlan))) return;
    const { table, open } = this.#options;
    const routes = plans.map((plan) => open(plan, entry.service));
    for (const route of old) table.remove(route);
    const added: Route[] = [];
    try {
      for (const route of routes) {
        table.add(route);
        added.push(route);
      }
    } catch (error) {
      for (const route of added) table.remove(route);
      for (const route of old) table.add(route);
      throw error;
    }
    entry.routes = routes;
  }
}

function toPlan({ target: _target, steps: _steps, chain: _chain, ...plan }: RoutePlan & Partial<Route>): RoutePlan {
  return plan;
}
