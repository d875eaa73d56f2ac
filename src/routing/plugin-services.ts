import type { FoundService, Services } from "@isaas/gateway-sdk/services";
import type { TObject } from "typebox";
import type { Directory } from "./directory.ts";
import type { RoutePlan } from "./route.ts";
import { fromWire, toWire } from "./wire.ts";

export interface PluginServicesOptions {
  readonly directory: Directory;
  /** Everything that no service may claim. */
  readonly reservedPrefixes: () => readonly string[];
  readonly routeSchema: TObject;
  /** Keys of a route that belong to plugins. */
  readonly pluginNames: ReadonlySet<string>;
  readonly checkRoute: Services["checkRoute"];
  readonly onPublished: (plans: readonly RoutePlan[]) => void;
}

/** The directory as one plugin sees it: what it publishes is its own, and nobody else's is touched. */
export function servicesOf(plugin: string, options: PluginServicesOptions): Services {
  const { directory, reservedPrefixes, routeSchema, pluginNames, checkRoute, onPublished } = options;
  return {
    publish(name: string, found: FoundService) {
      const plans = found.routes.map((route) => fromWire(name, route, pluginNames));
      directory.publish(plugin, name, plans, found.instances, found);
      onPublished(plans);
    },
    withdraw: (name) => directory.withdraw(plugin, name),
    has: (name) => directory.find(name) !== undefined,
    fixed: () => directory.fixed(toWire),
    described: () => directory.described(toWire),
    load: (name, instanceId) => directory.load(name, instanceId),
    isPassedOver: (name, instanceId) => directory.find(name)?.service.isPassedOver(instanceId) ?? false,
    get reservedPrefixes() {
      return reservedPrefixes();
    },
    routeSchema,
    checkRoute,
  };
}
