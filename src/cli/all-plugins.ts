import type { Plugin } from "@isaas/gateway-sdk/plugin";
import { readPluginsDir } from "../config/plugins-dir.ts";
import type { SettingProblem } from "../config/problem.ts";
import type { Guest } from "../plugins-dir/guest.ts";
import { type CommandContext, settingSources } from "./context.ts";

export interface AllPlugins {
  /** What the settings are made of: the executable's own, then those of the directory. */
  readonly plugins: readonly Plugin[];
  readonly guests: readonly Guest[];
  /** Of the directory; undefined when the settings name none. */
  readonly directory: string | undefined;
  readonly problems: readonly SettingProblem[];
}

/** Finds the plugins of PLUGINS_DIR, beside those of the executable. */
export async function findAllPlugins(context: CommandContext): Promise<AllPlugins> {
  const core = context.plugins;
  const directory = readPluginsDir(settingSources(context));
  if (directory === undefined) return { plugins: core, guests: [], directory, problems: [] };
  // What it brings for plugins is not even read where there are none.
  const { loadGuests } = await import("../plugins-dir/load-guests.ts");
  const { guests, problems } = await loadGuests(directory, core);
  return { plugins: [...core, ...guests.map(({ plugin }) => plugin)], guests, directory, problems };
}
