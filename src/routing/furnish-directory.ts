import type { Clock, Log } from "@isaas/gateway-sdk/plugin";
import type { Settings } from "../config/settings.ts";
import type { Resolver } from "../services/dns/resolver.ts";
import { type NameWatch, watchNames } from "../services/dns/watch-names.ts";
import { staticInstances } from "../services/static-instances.ts";
import { type Directory, dnsSource, settingsSource } from "./directory.ts";
import type { RoutePlan } from "./route.ts";

export interface NameWatchOptions {
  readonly resolver: Resolver;
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * Puts the services of the settings into the directory: their routes and the instances at fixed URLs. What stands there
 * as names of DNS is followed by the watches that are returned; nothing is resolved before they are started.
 */
export function furnishDirectory(
  directory: Directory,
  settings: Settings,
  plans: readonly RoutePlan[],
  options: NameWatchOptions,
): NameWatch[] {
  const plansOf = Map.groupBy(plans, ({ service }) => service);
  const settingOf = new Map(settings.services.map((service) => [service.name, service]));
  for (const name of new Set([...settingOf.keys(), ...plansOf.keys()])) {
    directory.publish(settingsSource, name, plansOf.get(name) ?? [], staticInstances(settingOf.get(name)?.urls ?? []));
  }
  return settings.services
    .filter(({ names }) => names.length > 0)
    .map(({ name, names: targets }) =>
      watchNames({ targets, ...options }, (instances) => directory.publish(dnsSource, name, [], instances)),
    );
}
