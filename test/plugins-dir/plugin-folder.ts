import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

/** A directory for PLUGINS_DIR, with nothing around it that a plugin could import. */
export interface PluginFolder extends Disposable {
  readonly path: string;
  /** Writes a file as an editor does: at once, under its name. */
  write(name: string, code: string): void;
  remove(name: string): void;
}

export function pluginFolder(files: Readonly<Record<string, string>> = {}): PluginFolder {
  const path = mkdtempSync(join(tmpdir(), "plugins-"));
  const folder: PluginFolder = {
    path,
    write(name, code) {
      const file = join(path, name);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(`${file}.new`, code);
      renameSync(`${file}.new`, file);
    },
    remove: (name) => rmSync(join(path, name), { recursive: true }),
    [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }),
  };
  for (const [name, code] of Object.entries(files)) folder.write(name, code);
  return folder;
}

/** A plugin's file: what it declares beside name, stage and options, and what its `setup` returns. */
export function pluginCode(name: string, returned: string, declared = "", above = ""): string {
  return `import { definePlugin, GatewayError } from "@isaas/gateway-sdk/plugin";
import { Elysia, t } from "elysia";
import { Type } from "typebox";
${above}
export default definePlugin({
  name: "${name}",
  ${declared.includes("stage:") ? "" : 'stage: "edge",'}
  ${declared.includes("options:") ? "" : "options: Type.Object({}),"}
  ${declared}
  ${declared.includes("setup") ? "" : `setup(host, options) { return ${returned}; },`}
});
`;
}

/** A plugin that puts a header on each answer. */
export const stamping = (name: string, value = "yes", declared = ""): string =>
  pluginCode(
    name,
    `{ route: () => (next) => async (exchange) => {
      const response = await next(exchange);
      exchange.setHeader("x-${name}", ${JSON.stringify(value)});
      return response;
    } }`,
    declared,
  );
