import type { Plugin } from "@isaas/gateway-sdk/plugin";
import { createSettingsSchema } from "../config/compose-schema.ts";
import type { SettingProblem } from "../config/problem.ts";
import { orderPlugins } from "../pipeline/chain.ts";
import { checkPlugins } from "../pipeline/check-plugins.ts";
import { PluginMistake } from "../pipeline/plugin-mistake.ts";
import type { Guest } from "./guest.ts";

export interface Misfit {
  readonly guest: Guest;
  readonly problem: SettingProblem;
}

/** The first plugin that cannot stand where it does: its name or a key is taken, or one that it needs is not there. */
export function findMisfit(core: readonly Plugin[], guests: readonly Guest[]): Misfit | undefined {
  const plugins = [...core, ...guests.map(({ plugin }) => plugin)];
  try {
    checkPlugins(plugins);
    createSettingsSchema(plugins);
    orderPlugins(plugins);
    return undefined;
  } catch (error) {
    // Where two have one name, it is the later one that has to go.
    const guest =
      error instanceof PluginMistake ? guests.findLast(({ plugin }) => plugin.name === error.plugin) : undefined;
    if (!(error instanceof PluginMistake) || guest === undefined) throw error;
    const { key, wanted, got } = error;
    const { label, path } = guest.file;
    return { guest, problem: { path: `plugin ${label}: ${key}`, wanted, got, source: path } };
  }
}
