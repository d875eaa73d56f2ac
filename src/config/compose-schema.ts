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
  const route: Record<string, TSchema> = { ...items.properties };
  for (const { name, options, routeOptions } of plugins) {
    for (const [key, schema] of Object.entries(options.properties)) addOnce(settings, key, schema, name);
    if (routeOptions !== undefined) addOnce(route, name, Type.Optional(routeOptions), name);
  }
  settings["routes"] = Type.Array(Type.Object(route, { additionalProperties: false }), routesOptions);
  return Type.Object(settings, { additionalProperties: false });
}

function addOnce(target: Record<string, TSchema>, key: string, schema: TSchema, plugin: string): void {
  if (Object.hasOwn(target, key)) {
    throw new TypeError(`plugin ${plugin}: wanted settings with names of their own, got ${key}, which is taken`);
  }
  target[key] = schema;
}
