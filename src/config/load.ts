import type { Plugin } from "@isaas/gateway-sdk/plugin";
import { Default } from "typebox/value";
import { createSettingsSchema } from "./compose-schema.ts";
import { decodeSettings } from "./decode.ts";
import { type Environment, environmentName, readEnvironment, readFlags } from "./environment.ts";
import { flagOf } from "./flags.ts";
import { type FileChoice, readSettingsFile } from "./file.ts";
import type { Layer } from "./layer.ts";
import { pluginProblems } from "./plugin-problems.ts";
import { missingSettings } from "./missing-settings.ts";
import { type SettingProblem, SettingsError } from "./problem.ts";
import { parseServiceUrls, serviceUrlKey, type StaticService } from "./service-urls.ts";
import type { Settings } from "./settings.ts";
import { validate } from "./validate.ts";

export interface SettingSources {
  readonly file: FileChoice | undefined;
  readonly environment: Environment;
  /** Text by the name of the setting, from the command line. */
  readonly flags: Readonly<Record<string, string>>;
}

/** Reads the settings of all sources. Throws one SettingsError with every problem of every source, and those before. */
export function loadSettings(
  sources: SettingSources,
  plugins: readonly Plugin[],
  before: readonly SettingProblem[] = [],
): Settings {
  const { settings, problems } = readSettings(sources, plugins);
  if (before.length + problems.length > 0) throw new SettingsError([...before, ...problems]);
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
    { values: readFlags(flags, schema.properties), sourceOf: ([key = ""]) => `--${flagOf(key)}` },
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
    const checked = validate(schema, others, sourceOf, { isPart: true });
    problems.push(...checked.problems);
    Object.assign(merged, checked.sound);
  }
  const value = Default(schema, merged) as Record<string, unknown>;
  problems.push(...missingSettings(schema, value, problems));
  const settings = decodeSettings(value, [...services.values()], plugins);
  const unseen = pluginProblems({ schema, layers, settings, plugins, known: problems });
  return { settings, problems: [...problems, ...unseen] };
}
