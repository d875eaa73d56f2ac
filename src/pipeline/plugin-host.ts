import type { Host, Middleware, Plugin, PluginInstance } from "@isaas/gateway-sdk/plugin";
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

  get plugins(): Plugin[] {
    return this.loaded.map(({ plugin }) => plugin);
  }

  /** Those that take part in the gateway's own answers, in order. */
  get own(): Middleware[] {
    return this.loaded.flatMap(({ instance }) => instance.own ?? []);
  }

  /**
   * Puts a plugin that is set up in the place of another, which is not closed; undefined: there was none, or none comes.
   * Returns a way back.
   */
  replace(old: Plugin | undefined, next: LoadedPlugin | undefined): () => void {
    const before = [...this.loaded];
    const byPlugin = new Map(before.map((loaded) => [loaded.plugin, loaded]));
    const at = old === undefined ? before.length : before.findIndex(({ plugin }) => plugin === old);
    const listed = before
      .map(({ plugin }) => plugin)
      .toSpliced(at, old === undefined ? 0 : 1, ...(next ? [next.plugin] : []));
    if (next !== undefined) byPlugin.set(next.plugin, next);
    const after = orderPlugins(listed).flatMap((plugin) => byPlugin.get(plugin) ?? []);
    this.loaded.splice(0, before.length, ...after);
    return () => void this.loaded.splice(0, after.length, ...before);
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
