import { type Plugin, stages } from "@isaas/gateway-sdk/plugin";
import { Check, Default } from "typebox/value";
import { PluginMistake } from "./plugin-mistake.ts";

/** Checks what plugins say of themselves. Throws a PluginMistake that names the plugin: a guard must not be silently absent. */
export function checkPlugins(plugins: readonly Plugin[]): void {
  const byName = new Map<string, Plugin>();
  for (const plugin of plugins) {
    const { name, stage } = plugin;
    if (!/^[a-z][a-z0-9_]*$/.test(name)) refuse(name, "name", "a word in lower case", "another");
    if (byName.has(name)) refuse(name, "name", "each name once", "it twice");
    byName.set(name, plugin);
    if (!stages.includes(stage)) refuse(name, "stage", `one of ${stages.join(", ")}`, JSON.stringify(stage));
    // What a silent route says to the plugin: it must be something the plugin can take.
    const { routeOptions } = plugin;
    if (routeOptions !== undefined && !Check(routeOptions, Default(routeOptions, {}))) {
      refuse(name, "routeOptions", "a default for each property that is not optional", "none");
    }
  }
  for (const { name, stage, requires = [], after = [] } of plugins) {
    const missing = requires.filter((other) => !byName.has(other));
    if (missing.length > 0) refuse(name, "requires", `${missing.join(", ")} beside it`, "none");
    const later = after.find((other) => stages.indexOf(byName.get(other)?.stage ?? stage) > stages.indexOf(stage));
    if (later !== undefined) refuse(name, "after", "plugins of its own stage", `${later} of a later one`);
  }
}

function refuse(plugin: string, key: string, wanted: string, got: string): never {
  throw new PluginMistake(plugin, key, wanted, got);
}
