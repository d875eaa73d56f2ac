import type { Static, TObject } from "typebox";
import { Default } from "typebox/value";
import { readSettingsFile } from "./file.ts";
import { type SettingProblem, SettingsError } from "./problem.ts";
import { validate } from "./validate.ts";

/** Reads a file that a plugin's setting names. Throws a SettingsError with every mistake in it. */
export function readPluginFile<T extends TObject>(setting: string, path: string, schema: T): Static<T> {
  const problems: SettingProblem[] = [];
  const { values, sourceOf } = readSettingsFile({ path, source: setting.toUpperCase(), setting }, problems);
  if (problems.length === 0) problems.push(...validate(schema, values, sourceOf).problems);
  if (problems.length > 0) throw new SettingsError(problems);
  return Default(schema, structuredClone(values)) as Static<T>;
}
