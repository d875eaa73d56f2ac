import type { Host, Plugin, PluginInstance } from "@isaas/gateway-sdk/plugin";
import { type LoadedPlugin, orderPlugins } from "./chain.ts";
import { checkPlugins } from "./check-plugins.ts";

/** The plugins of one gateway, set up in chain order and closed in reverse. */
export class PluginHost {
  readonly loaded: LoadedPlugin[] = [];

  /** When one plugin fails, those already set up are closed before the error goes on. */
  async setUp(
    plugins: readonly Plugin[],
    hostOf: (plugin: Plugin) => Host,
    options: Readonly<Record<string, unknown>>,
  ): Promise<void> {
    checkPlugins(plugins);
    try {
      for (const plugin of orderPlugins(plugins)) {
        const instance: PluginInstance = await plugin.setup(hostOf(plugin), (options[plugin.name] ?? {}) as never);
        this.loaded.push({ plugin, instance });
      }
    } catch (error) {
      // Whatever fails on the way out, the first failure is the one to tell.
      await this.close().catch(() => {});
      throw error;
    }
  }

  async start(): Promise<void> {
    for (const { instance } of this.loaded) await instance.start?.();
  }

  async ready(): Promise<void> {
    for (const { instance } of this.loaded) await instance.ready?.();
  }

  /** Reloads all, also when one of them fails; returns the failures, by plugin. */
  async reload(): Promise<{ readonly plugin: string; readonly error: unknown }[]> {
    const failures: { plugin: string; error: unknown }[] = [];
    for (const { plugin, instance } of this.loaded) {
      try {
        await instance.reload?.();
      } catch (error) {
        failures.push({ plugin: plugin.name, error });
      }
    }
    return failures;
  }

  /** Closes all, also when one of them fails; the first failure is thrown at the end. */
  async close(): Promise<void> {
    const failures: unknown[] = [];
    for (const { instance } of this.loaded.splice(0).toReversed()) {
      try {
        await instance.close?.();
      } catch (error) {
        failures.push(error);
      }
    }
    if (failures.length > 0) throw failures[0];
  }
}
