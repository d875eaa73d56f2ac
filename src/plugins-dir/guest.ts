import { realpathSync } from "node:fs";
import type { OptionProblem, Plugin } from "@isaas/gateway-sdk/plugin";
import type { SettingProblem } from "../config/problem.ts";
import { checkDeclaration } from "./check-declaration.ts";
import type { PluginFile } from "./folder.ts";
import { lineWith, locateFailure } from "./locate-failure.ts";

export const defaultStartBudgetMs = 10_000;

/** One copy of a plugin of PLUGINS_DIR: its code, with whatever it opens, until it is disposed of. */
export class Guest {
  readonly file: PluginFile;
  readonly plugin: Plugin;
  /** Called with what its code throws where nobody waits for it. */
  onUncaught: ((error: unknown) => void) | undefined;
  readonly #folder: string;
  readonly #graph: Bun.ModuleGraph;

  private constructor(file: PluginFile, folder: string, graph: Bun.ModuleGraph, plugin: Plugin) {
    this.file = file;
    this.#folder = folder;
    this.#graph = graph;
    const { check, checkRoute } = plugin;
    this.plugin = {
      ...plugin,
      ...(check && { check: (...said) => this.#safely("check", () => check(...said)) }),
      ...(checkRoute && { checkRoute: (...said) => this.#safely("checkRoute", () => checkRoute(...said)) }),
    };
  }

  /** Imports a file as a copy of its own, whatever was imported before. Gives the problems of one that is no plugin. */
  static async load(
    file: PluginFile,
    folder: string,
    budgetMs = defaultStartBudgetMs,
  ): Promise<Guest | readonly SettingProblem[]> {
    let guest: Guest | undefined;
    const graph = new Bun.ModuleGraph({ onError: (error) => guest?.onUncaught?.(error) });
    try {
      // Bun remembers where a link led.
      const exports = await within(budgetMs, () => graph.import(realpathSync(file.path)));
      const declared: unknown = exports.default;
      const mistakes = checkDeclaration(declared);
      if (mistakes.length === 0) return (guest = new Guest(file, folder, graph, declared as Plugin));
      graph.dispose();
      return mistakes.map(({ key, wanted, got }) => ({
        path: `plugin ${file.label}: ${key}`,
        wanted,
        got,
        source: lineWith("export default", file.path) ?? file.path,
      }));
    } catch (error) {
      graph.dispose();
      const { reason, source } = locateFailure(error, file.path, folder);
      return [{ path: `plugin ${file.label}`, wanted: "a file that can be imported", got: reason, source }];
    }
  }

  /**
   * Calls a part of the plugin so that timers, sockets and the like are its own and end with it. Rejects when that takes
   * longer than the plugin's time for it.
   */
  run<T>(call: () => T | Promise<T>): Promise<T> {
    return within(this.plugin.startBudgetMs ?? defaultStartBudgetMs, () => this.#graph.run(call));
  }

  /** What went wrong in one of its parts, for whoever wrote it. */
  problem(part: string, error: unknown): SettingProblem {
    const { path, label } = this.file;
    const { reason, source } = locateFailure(error, path, this.#folder);
    const line = source === path ? (lineWith(`${part}(`, path) ?? lineWith(part, path) ?? path) : source;
    return { path: `plugin ${label}: ${part}`, wanted: "a call that succeeds", got: reason, source: line };
  }

  /** Ends whatever its code has opened. */
  dispose(): void {
    this.#graph.dispose();
  }

  #safely(part: string, check: () => readonly OptionProblem[]): readonly OptionProblem[] {
    try {
      return check();
    } catch (error) {
      return [this.problem(part, error)];
    }
  }
}

async function within<T>(budgetMs: number, call: () => T | Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no end within ${budgetMs} ms`)), budgetMs);
  });
  try {
    return await Promise.race([call(), late]);
  } finally {
    clearTimeout(timer);
  }
}
