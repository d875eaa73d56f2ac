import type { OptionProblem, Plugin } from "@isaas/gateway-sdk/plugin";
import type { TObject } from "typebox";
import { Default } from "typebox/value";
import { createSettingsSchema } from "./compose-schema.ts";
import { decodeRoute, decodeSettings } from "./decode.ts";
import { type Environment, environmentName, readEnvironment, readFlags } from "./environment.ts";
import { type FileChoice, readSettingsFile } from "./file.ts";
import type { Layer } from "./layer.ts";
import { optionProblems, routeProblems } from "./plugin-problems.ts";
import { type SettingProblem, SettingsError } from "./problem.ts";
import type { RawSettings } from "./schema.ts";
import { parseServiceUrls, serviceUrlKey, type StaticService } from "./service-urls.ts";
import type { Settings } from "./settings.ts";
import { validate } from "./validate.ts";

export interface SettingSources {
  readonly file: FileChoice | undefined;
  readonly environment: Environment;
  /** Text by the name of the setting, from the command line. */
  readonly flags: Readonly<Record<string, string>>;
}

/** Reads the settings of all sources. Throws one SettingsError with every problem of every source. */
export function loadSettings(sources: SettingSources, plugins: readonly Plugin[]): Settings {
  const { settings, problems } = readSettings(sources, plugins);
  if (problems.length > 0) throw new SettingsError(problems);
  return settings;
}

/**
 * Defaults, then the file, then the environment, then flags: the later wins, key by key. A wrong value is a problem also
 * where a later source covers it. In the settings it is left out, so that the rest can still be looked at.
 */
export function readSettings(
  { file, environment, flags }: SettingSources,
  plugins: readonly Plugin[],
): { readonly settings: Settings; readonly problems: readonly SettingProblem[] } {
  const schema = createSettingsSchema(plugins);
  const problems: SettingProblem[] = [];
  const layers: readonly Layer[] = [
    ...(file === undefined ? [] : [readSettingsFile(file, problems)]),
    { values: readEnvironment(environment, schema.properties), sourceOf: ([key = ""]) => environmentName(key) },
    { values: readFlags(flags, schema.properties), sourceOf: ([key = ""]) => `--${key}` },
  ];

  const merged: Record<string, unknown> = {};
  const services = new Map<string, StaticService>();
  for (const { values, sourceOf } of layers) {
    const entries = Object.entries(values);
    for (const [key, value] of entries.filter(([key]) => serviceUrlKey.test(key))) {
      const service = parseServiceUrls(key, value, sourceOf, problems);
      if (service !== undefined) services.set(key, service);
    }
    const others = Object.fromEntries(entries.filter(([key]) => !serviceUrlKey.test(key)));
    const checked = validate(schema, others, sourceOf);
    problems.push(...checked.problems);
    Object.assign(merged, checked.sound);
  }
  const value = Default(schema, merged) as Record<string, unknown>;
  const settings = decodeSettings(value, [...services.values()], plugins);

  const isWrong = (path: string): boolean => problems.some((problem) => isAt(problem.path, path));
  const unseen = [
    ...optionProblems(settings, plugins).filter(({ path }) => !isWrong(path)),
    ...routesSaid(schema, layers).flatMap((route, index) =>
      isWrong(`routes[${index}]`)
        ? []
        : routeProblems(decodeRoute(route, plugins), settings.plugins, plugins).map((problem) => ({
            ...problem,
            path: `routes[${index}].${problem.path}`,
          })),
    ),
  ];
  return { settings, problems: [...problems, ...unseen.map((problem) => withSource(problem, layers))] };
}

/** All that are listed, also when some are wrong: those that are not can still be looked at. */
function routesSaid({ properties }: TObject, layers: readonly Layer[]): RawSettings["routes"] {
  const said = layers.map(({ values }) => values["routes"]).findLast((routes) => Array.isArray(routes)) ?? [];
  return Default(properties["routes"] ?? {}, structuredClone(said)) as RawSettings["routes"];
}

function isAt(path: string, place: string): boolean {
  return path === place || path.startsWith(`${place}.`) || path.startsWith(`${place}[`);
}

/** Where the value stands that a plugin complains of, by the last who says anything of it. */
function withSource({ path, wanted, got }: OptionProblem, layers: readonly Layer[]): SettingProblem {
  const keys = path.split(/[.[\]]+/).filter((key) => key !== "");
  const layer = layers.findLast(({ values }) => Object.hasOwn(values, keys[0] ?? ""));
  return { path, wanted, got, source: layer?.sourceOf(keys) ?? environmentName(keys[0] ?? path) };
}
