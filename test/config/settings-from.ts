import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Plugin } from "@isaas/gateway-sdk/plugin";
import { readSettings } from "../../src/config/load.ts";
import { formatProblem } from "../../src/config/problem.ts";
import type { Settings } from "../../src/config/settings.ts";
import { corePlugins } from "../../src/core-plugins.ts";
import { secretKey } from "../support/open-routes.ts";

interface Sources {
  /** Text of a settings file by its extension. */
  readonly file?: { readonly [extension in "yaml" | "json" | "toml"]?: string | Uint8Array };
  readonly environment?: Readonly<Record<string, string>>;
  readonly flags?: Readonly<Record<string, string>>;
  readonly plugins?: readonly Plugin[];
}

/** Settings and problem lines of these sources; the file is called gateway.yaml, gateway.json or gateway.toml. */
export function settingsFrom({ file = {}, environment = {}, flags = {}, plugins = corePlugins }: Sources): {
  readonly settings: Settings;
  readonly problems: readonly string[];
} {
  const directory = mkdtempSync(join(tmpdir(), "gateway-config-"));
  try {
    const [content] = Object.entries(file);
    const path = join(directory, `gateway.${content?.[0]}`);
    if (content !== undefined) writeFileSync(path, content[1]);
    const choice = content === undefined ? undefined : ({ path, source: "--config" } as const);
    // Without it no settings are whole, and these tests are about others.
    const whole = { SECRET_KEY: secretKey, ...environment };
    const { settings, problems } = readSettings({ file: choice, environment: whole, flags }, plugins);
    return { settings, problems: problems.map((problem) => formatProblem(problem).replaceAll(`${directory}/`, "")) };
  } finally {
    rmSync(directory, { recursive: true });
  }
}
