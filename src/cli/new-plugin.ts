import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { readPluginsDir } from "../config/plugins-dir.ts";
import { describeValue, SettingsError } from "../config/problem.ts";
import { isPluginName } from "../plugins-dir/plugin-name.ts";
import { type CommandContext, settingSources } from "./context.ts";
import { pluginStarter, testStarter } from "./plugin-starter.ts";

/** Writes a plugin to begin with, and its test, into the directory of plugins. Overwrites nothing. */
export async function newPlugin(context: CommandContext): Promise<number> {
  const name = parseName(context);
  const directory = readPluginsDir(settingSources(context)) ?? "plugins";
  const files = [
    { path: join(directory, `${name}.ts`), text: pluginStarter(name) },
    { path: join(directory, `${name}.test.ts`), text: testStarter(name) },
  ];
  for (const { path } of files) if (existsSync(path)) return refuse(context, `${path}: it is there already`);
  try {
    mkdirSync(directory, { recursive: true, mode: 0o755 });
    for (const { path, text } of files) writeFileSync(path, text, { flag: "wx", mode: 0o644 });
  } catch (cause) {
    const code = cause instanceof Error && "code" in cause ? String(cause.code) : "failed";
    return refuse(context, `${directory}: it cannot be written (${code})`);
  }
  context.print(`wrote ${files.map(({ path }) => path).join(" and ")}

next:
  npm install --save-dev @isaas/gateway-sdk typebox   types for the editor and the test; the gateway needs neither
  GATEWAY_EXECUTABLE=/path/to/gateway bun test ${directory}
  gateway --plugins ${directory}`);
  return 0;
}

function parseName({ arguments: { positionals }, plugins }: CommandContext): string {
  const [verb, name, ...more] = positionals;
  const refuse = (path: string, wanted: string, got: string): never => {
    throw new SettingsError([{ path, wanted, got, source: "command line" }]);
  };
  if (verb !== "new" || more.length > 0) return refuse("arguments", "new NAME", `${positionals.length} of them`);
  if (!isPluginName(name)) return refuse("NAME", "a word in lower case that is no key of a route", describeValue(name));
  if (plugins.some((plugin) => plugin.name === name)) {
    return refuse("NAME", "one that no plugin of the gateway has", describeValue(name));
  }
  return name;
}

function refuse({ printError }: CommandContext, reason: string): number {
  printError(reason);
  return 1;
}
