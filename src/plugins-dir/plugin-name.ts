import { routeSchema } from "@isaas/gateway-sdk/contract";

/** Keys of a route, and what else brings services beside plugins. */
const taken: ReadonlySet<string> = new Set([
  ...Object.keys(routeSchema.properties),
  "service",
  "settings",
  "dns",
  // What every object has already.
  "constructor",
]);

/** Whether a plugin of PLUGINS_DIR may be called so: a word in lower case that means nothing else. */
export function isPluginName(name: unknown): name is string {
  return typeof name === "string" && /^[a-z][a-z0-9_]{0,63}$/.test(name) && !taken.has(name);
}
