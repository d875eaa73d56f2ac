import { definePlugin, type Host, type Plugin, type PluginInstance } from "@isaas/gateway-sdk/plugin";
import { Type } from "typebox";

export const options = Type.Object({});

/** A plugin of which only what a test says is special. */
export function plugin(name: string, parts: Partial<Plugin> = {}, instance: PluginInstance = {}): Plugin {
  return { ...definePlugin({ name, stage: "edge", options, setup: () => instance }), ...parts };
}

/** For plugins that ask their host for nothing. */
export const noHost = (): Host => {
  throw new Error("no host in this test");
};
