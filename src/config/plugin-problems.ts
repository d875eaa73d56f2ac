import type { OptionProblem, Plugin } from "@isaas/gateway-sdk/plugin";
import { fillDefaults } from "@isaas/gateway-sdk/validation";
import type { TObject } from "typebox";
import { decodeRoute } from "./decode.ts";
import { environmentName } from "./environment.ts";
import type { Layer } from "./layer.ts";
import type { SettingProblem } from "./problem.ts";
import type { RawSettings } from "./schema.ts";
import type { RouteSetting, Settings } from "./settings.ts";

interface Read {
  readonly schema: TObject;
  readonly layers: readonly Layer[];
  readonly settings: Settings;
  readonly plugins: readonly Plugin[];
  /** What the schema has found. Of those places nothing else is said. */
  readonly known: readonly SettingProblem[];
}

/** Mistakes that no schema sees: what plugins find in their options, and in what routes say to them. */
export function pluginProblems({ schema, layers, settings, plugins, known }: Read): SettingProblem[] {
  const isWrong = (place: string): boolean => known.some(({ path }) => isAt(path, place));
  const inOptions = plugins
    .flatMap(({ name, check }) => check?.(settings.plugins[name] as never, settings) ?? [])
    .filter(({ path }) => !isWrong(path));
  const inRoutes = routesSaid(schema, layers).flatMap((route, index) => {
    const place = `routes[${index}]`;
    if (isWrong(place)) return [];
    return below(place, routeProblems(decodeRoute(route, plugins), settings.plugins, plugins));
  });
  return [...inOptions, ...inRoutes]
    .filter(({ by }) => by === undefined || !isWrong(by))
    .map((problem) => withSource(problem, layers));
}

/** What plugins find wrong with what a route says to them. Paths begin with the plugins' names. */
export function routeProblems(
  { service, plugins: said }: Pick<RouteSetting, "service" | "plugins">,
  options: Settings["plugins"],
  plugins: readonly Plugin[],
): OptionProblem[] {
  return plugins.flatMap(({ name, checkRoute }) => {
    if (checkRoute === undefined || said[name] === undefined) return [];
    return below(name, checkRoute(said[name] as never, (options[name] ?? {}) as never, { service }));
  });
}

function below(place: string, problems: readonly OptionProblem[]): OptionProblem[] {
  return problems.map((problem) => ({ ...problem, path: `${place}.${problem.path}` }));
}

/** All that are listed, also when some are wrong: those that are not can still be looked at. */
function routesSaid({ properties }: TObject, layers: readonly Layer[]): RawSettings["routes"] {
  const said = layers.map(({ values }) => values["routes"]).findLast((routes) => Array.isArray(routes)) ?? [];
  return fillDefaults(properties["routes"] ?? {}, said) as RawSettings["routes"];
}

function isAt(path: string, place: string): boolean {
  return path === place || path.startsWith(`${place}.`) || path.startsWith(`${place}[`);
}

/** Where the value stands that a plugin complains of, by the last who says anything of it. */
function withSource({ path, wanted, got, source }: OptionProblem, layers: readonly Layer[]): SettingProblem {
  const keys = path.split(/[.[\]]+/).filter((key) => key !== "");
  const layer = layers.findLast(({ values }) => Object.hasOwn(values, keys[0] ?? ""));
  return { path, wanted, got, source: source ?? layer?.sourceOf(keys) ?? environmentName(keys[0] ?? path) };
}
