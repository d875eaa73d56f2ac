import { type Plugin, stages } from "@isaas/gateway-sdk/plugin";
import { Check, Default } from "typebox/value";

/** Checks what plugins say of themselves. Throws a TypeError that names the plugin: a guard must not be silently absent. */
export function checkPlugins(plugins: readonly Plugin[]): void {
  const byName = new Map<string, Plugin>();
  for (const plugin of plugins) {
    const { name, stage } = plugin;
    if (!/^[a-z][a-z0-9_]*$/.test(name)) refuse(name, "name: wanted a word in lower case");
    if (byName.has(name)) refuse(name, "name: wanted each name once, got it twice");
    byName.set(name, plugin);
    if (!stages.includes(stage))
      refuse(name, `stage: wanted one of ${stages.join(", ")}, got ${JSON.stringify(stage)}`);
    // What a silent route says to the plugin: it must be something the plugin can take.
    const { routeOptions } = plugin;
    if (routeOptions !== undefined && !Check(routeOptions, Default(routeOptions, {}))) {
      refuse(name, "routeOptions: wanted a default for each property that is not optional, got none");
    }
  }
  for (const { name, stage, requires = [], after = [] } of plugins) {
    const missing = requires.filter((other) => !byName.has(other));
    if (missing.length > 0) refuse(name, `requires: wanted ${missing.join(", ")} beside it, got none`);
    const later = after.find((other) => stages.indexOf(byName.get(other)?.stage ?? stage) > stages.indexOf(stage));
    if (later !== undefined) refuse(name, `after: wanted plugins of its own stage, got ${later} of a later one`);
  }
}

function refuse(plugin: string, what: string): never {
  throw new TypeError(`plugin ${plugin}: ${what}`);
}
