import { readSettingsFile } from "./file.ts";
import type { SettingSources } from "./load.ts";

/**
 * The directory of plugins, before anything else of the settings can be read: their schema is made of the plugins.
 * Undefined when no source names one; what does not fit is told when all settings are read.
 */
export function readPluginsDir({ file, environment, flags }: SettingSources): string | undefined {
  const inFile = file === undefined ? undefined : readSettingsFile(file, []).values["plugins_dir"];
  const inEnvironment = environment["PLUGINS_DIR"] ?? "";
  const found = flags["plugins_dir"] ?? (inEnvironment === "" ? inFile : inEnvironment);
  return typeof found === "string" && found !== "" ? found : undefined;
}
