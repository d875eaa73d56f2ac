import { routeSchema } from "@isaas/gateway-sdk/contract";
import type { Plugin } from "@isaas/gateway-sdk/plugin";
import { type TObject, type TSchema, Type } from "typebox";
import { settingsSchema } from "./schema.ts";

/**
 * The kernel's settings and those of its plugins as one schema, flat as the settings file is.
 * Throws a TypeError when a plugin takes a name that is taken: one of the two would be silently unchecked.
 */
export function createSettingsSchema(plugins: readonly Plugin[]): TObject {
  const settings: Record<string, TSchema> = { ...settingsSchema.properties };
  const { items, type: _type, ...routesOptions } = settingsSchema.properties.routes;
  for (const { name, options } of plugins) {
    for (const [key, schema] of Object.entries(options.properties)) addOnce(settings, key, schema, name);
  }
  settings["routes"] = Type.Array(addRouteOptions(items, plugins), routesOptions);
  return Type.Object(settings, { additionalProperties: false });
}

/** What a route may say, on the wire: its own keys, and those of the plugins under their names. */
export function createRouteSchema(plugins: readonly Plugin[]): TObject {
  return addRouteOptions(routeSchema, plugins);
}

function addRouteOptions({ properties }: TObject, plugins: readonly Plugin[]): TObject {
  const route: Record<string, TSchema> = { ...properties };
  for (const { name, routeOptions } of plugins) {
    if (routeOptions !== undefined) addOnce(route, name, Type.Optional(routeOptions), name);
  }
  return Type.Object(route, { additionalProperties: false });
}

function addOnce(target: Record<string, TSchema>, key: string, schema: TSchema, plugin: string): void {
  if (Object.hasOwn(target, key)) {
    throw new TypeError(`plugin ${plugin}: wanted settings with names of their own, got ${key}, which is taken`);
  }
  target[key] = schema;
}
