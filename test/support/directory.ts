import { routeSchema } from "@isaas/gateway-sdk/contract";
import type { Log } from "@isaas/gateway-sdk/plugin";
import type { FoundService, InstanceInfo, Services } from "@isaas/gateway-sdk/services";
import { systemClock } from "../../src/clock.ts";
import { Directory } from "../../src/routing/directory.ts";
import { reservedPrefixes } from "../../src/routing/plan.ts";
import { servicesOf } from "../../src/routing/plugin-services.ts";
import type { Destination, RoutePlan } from "../../src/routing/route.ts";
import { RouteTable } from "../../src/routing/table.ts";
import { Service } from "../../src/services/service.ts";
import { listeningLog } from "../store/listening-log.ts";

export interface DirectoryParts {
  readonly directory: Directory;
  readonly table: RouteTable<Destination>;
  /** The directory as this plugin sees it. */
  servicesOf(plugin: string): Services;
  readonly published: (readonly RoutePlan[])[];
  /** The service that answers a path; undefined when none does. */
  ownerOf(path: string, method?: string): string | undefined;
  /** What the registry would publish: routes for GET at these prefixes, instances with these ids. */
  publish(name: string, prefixes: readonly string[], ids?: readonly string[], more?: Partial<FoundService>): void;
  /** Of all live routes, in order. */
  prefixes(): string[];
  /** The live service behind a path. Throws when there is none. */
  targetOf(path: string): Service;
}

/** A directory whose routes answer with the name of their service. */
export function createDirectory(log: Log = listeningLog()): DirectoryParts {
  const table = new RouteTable<Destination>();
  const ejection = { failures: 5, baseMs: 30_000, maxMs: 300_000 };
  const crowd = { perInstance: 100, perService: 1000, line: { length: 10, waitMs: 50 } };
  const directory = new Directory({
    table,
    createService: (name) => new Service(name, { clock: systemClock, log, slowStartMs: 0, ejection, crowd }),
    open: (plan, target) => ({ ...plan, target, steps: [], chain: () => new Response(plan.service) }),
  });
  const published: (readonly RoutePlan[])[] = [];
  return {
    directory,
    table,
    published,
    servicesOf: (plugin) =>
      servicesOf(plugin, {
        directory,
        reservedPrefixes: () => reservedPrefixes("/api/v1", ["/health"]),
        routeSchema,
        pluginNames: new Set(["stamp"]),
        checkRoute: () => [],
        onPublished: (plans) => void published.push(plans),
      }),
    ownerOf(path, method = "GET") {
      const entry = table.match(method, path).entry;
      return entry !== undefined && "service" in entry ? entry.service : undefined;
    },
    publish(name, prefixes, ids = [], more = {}) {
      const plans = prefixes.map((prefix) => toPlan(name, prefix));
      const instances = ids.map((id) => toInstance(id));
      directory.publish("registry", name, plans, instances, more);
    },
    prefixes: () => directory.routes.map(({ pathPrefix }) => pathPrefix).toSorted(),
    targetOf(path) {
      const { entry } = table.match("GET", path);
      if (entry === undefined || !("target" in entry)) throw new Error(`no route at ${path}`);
      return entry.target;
    },
  };
}

/** A route of a service, for GET. */
export function toPlan(service: string, pathPrefix: string, more: Partial<RoutePlan> = {}): RoutePlan {
  return {
    pathPrefix,
    methods: ["GET"],
    service,
    stripPrefix: true,
    timeoutMs: 30_000,
    retries: 2,
    retryUnsafe: false,
    policies: new Set(),
    balance: { policy: "least_loaded", hash_on: "client_address" },
    plugins: {},
    ...more,
  };
}

export const toInstance = (id: string, more: Partial<InstanceInfo> = {}): InstanceInfo => ({
  id,
  url: `http://127.0.0.1:9/${id}`,
  authority: undefined,
  weight: 1,
  open: true,
  ...more,
});
