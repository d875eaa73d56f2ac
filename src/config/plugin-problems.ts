import type { OptionProblem, Plugin } from "@isaas/gateway-sdk/plugin";
import type { RouteSetting, Settings } from "./settings.ts";

/** Mistakes that no schema sees, by the plugins' own checks of their options. */
export function optionProblems(settings: Settings, plugins: readonly Plugin[]): OptionProblem[] {
  return plugins.flatMap(({ name, check }) => check?.(settings.plugins[name] as never, settings) ?? []);
}

/** The same for what a route says to plugins. Paths begin with the plugins' names. */
export function routeProblems(
  { service, plugins: said }: Pick<RouteSetting, "service" | "plugins">,
  options: Settings["plugins"],
  plugins: readonly Plugin[],
): OptionProblem[] {
  return plugins.flatMap(({ name, checkRoute }) => {
    if (checkRoute === undefined || said[name] === undefined) return [];
    const problems = checkRoute(said[name] as never, (options[name] ?? {}) as never, { service });
    return problems.map((problem) => ({ ...problem, path: `${name}.${problem.path}` }));
  });
}
