import type { Plugin } from "@isaas/gateway-sdk/plugin";
import { readSettings } from "../config/load.ts";
import { SettingsError } from "../config/problem.ts";
import type { Gateway } from "../gateway.ts";
import type { FolderWatch } from "../plugins-dir/folder-watch.ts";
import type { AllPlugins } from "./all-plugins.ts";
import { type CommandContext, settingSources } from "./context.ts";

/** Follows PLUGINS_DIR while the gateway runs; undefined where the settings name none. */
export async function watchPlugins(
  context: CommandContext,
  gateway: Gateway,
  { directory, guests }: AllPlugins,
): Promise<FolderWatch | undefined> {
  if (directory === undefined) return undefined;
  const { FolderWatch } = await import("../plugins-dir/folder-watch.ts");
  return new FolderWatch({
    directory,
    guests,
    swap: (change) => gateway.swap(change, (plugin, all) => readOptions(context, plugin, all)),
    onSwapped: (label, { next }) => gateway.tellOfPlugin(label, next === undefined ? "removed" : "loaded"),
    onRefused: (label, problems) => gateway.tellOfPlugin(label, "refused", problems),
  });
}

/** What all sources say to one plugin now. Whatever else stands in them is not looked at. */
function readOptions(context: CommandContext, plugin: Plugin, all: readonly Plugin[]): unknown {
  const { settings, problems } = readSettings(settingSources(context), all);
  const keys = Object.keys(plugin.options.properties);
  const own = problems.filter(({ path }) => path === "config" || keys.includes(path.split(/[.[]/, 1)[0] ?? ""));
  if (own.length > 0) throw new SettingsError(own);
  return settings.plugins[plugin.name];
}
