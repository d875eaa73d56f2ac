import { type Handler, type Middleware, type Plugin, type PluginInstance, stages } from "@isaas/gateway-sdk/plugin";
import { Default } from "typebox/value";
import type { RoutePlan, Step } from "../routing/route.ts";
import { PluginMistake } from "./plugin-mistake.ts";

export interface LoadedPlugin {
  readonly plugin: Plugin;
  readonly instance: PluginInstance;
}

/** Stage by stage; inside a stage as listed, but for what `after` says. Throws a PluginMistake for a cycle. */
export function orderPlugins(plugins: readonly Plugin[]): Plugin[] {
  const ordered: Plugin[] = [];
  const open = new Set<Plugin>();
  const place = (plugin: Plugin): void => {
    if (ordered.includes(plugin)) return;
    if (open.has(plugin)) throw new PluginMistake(plugin.name, "after", "an order", "a cycle");
    open.add(plugin);
    for (const earlier of plugins) {
      if (earlier.stage === plugin.stage && plugin.after?.includes(earlier.name) === true) place(earlier);
    }
    ordered.push(plugin);
  };
  for (const stage of stages) for (const plugin of plugins) if (plugin.stage === stage) place(plugin);
  return ordered;
}

/** Asks every plugin, in order, whether it takes part in the route, and folds those that do around the last handler. */
export function compileChain(
  route: RoutePlan,
  plugins: readonly LoadedPlugin[],
  last: Handler,
): { readonly steps: readonly Step[]; readonly chain: Handler } {
  const steps: Step[] = [];
  const middlewares: Middleware[] = [];
  for (const { plugin, instance } of plugins) {
    const said = route.plugins[plugin.name] ?? Default(plugin.routeOptions ?? {}, {});
    const middleware = instance.route?.(route, said);
    if (middleware === undefined) continue;
    const explain = instance.explain && (() => instance.explain?.(route, said) ?? []);
    steps.push({ stage: plugin.stage, plugin: plugin.name, ...(explain === undefined ? {} : { explain }) });
    middlewares.push(middleware);
  }
  return { steps, chain: middlewares.reduceRight((next, middleware) => middleware(next), last) };
}
