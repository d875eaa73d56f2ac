import { routeSchema } from "@isaas/gateway-sdk/contract";
import type { Plugin } from "@isaas/gateway-sdk/plugin";
import { type TObject, type TSchema, Type } from "typebox";
import { PluginMistake } from "../pipeline/plugin-mistake.ts";
import { settingsSchema } from "./schema.ts";

/**
 * The kernel's settings and those of its plugins as one schema, flat as the settings file is.
 * Throws a PluginMistake when a plugin takes a name that is taken: one of the two would be silently unchecked.
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
    if (routeOptions !== undefined) addOnce(route, name, Type.Optional(closed(routeOptions)), name);
  }
  return Type.Object(route, { additionalProperties: false });
}

/** Unknown keys are mistakes, unless the schema itself says otherwise: a guard that is misspelt must not be absent. */
function closed({ type: _type, properties, required: _required, ...rest }: TObject): TObject {
  return Type.Object(properties, { additionalProperties: false, ...rest });
}

function addOnce(target: Record<string, TSchema>, key: string, schema: TSchema, plugin: string): void {
  if (Object.hasOwn(target, key)) {
    throw new PluginMistake(plugin, "options", "names of their own", `${key}, which is taken`);
  }
  target[key] = schema;
}
