import type { Plugin } from "@isaas/gateway-sdk/plugin";
import type { Environment } from "../config/environment.ts";
import { settingFlags } from "../config/flags.ts";
import type { SettingSources } from "../config/load.ts";
import type { Arguments } from "./arguments.ts";

/** What main gives every command: the only doors to the outside. */
export interface CommandContext {
  readonly arguments: Arguments;
  readonly environment: Environment;
  readonly plugins: readonly Plugin[];
  readonly version: string;
  readonly isTerminal: boolean;
  print(line: string): void;
  printError(line: string): void;
  /** What comes on the standard input, to its end or to so many bytes; on a terminal one line, asked for and not shown. */
  readInput(prompt: string, mostBytes: number): Promise<Uint8Array>;
  /** Registers what SIGTERM and SIGINT do. */
  onSignal(listener: (signal: "SIGTERM" | "SIGINT") => void): void;
  /** Registers what SIGHUP does. */
  onReload(listener: () => unknown): void;
  /** Registers what happens with an error that nobody caught. */
  onFault(listener: (error: unknown) => void): void;
  exit(code: number): never;
}

/** Where a command's settings come from; of its flags, those that are no settings themselves are left out. */
export function settingSources({ arguments: { flags }, environment }: CommandContext): SettingSources {
  const { config, url: _url, plugins, ...others } = flags;
  const settings = { ...others, ...(plugins !== undefined && { [settingFlags.plugins]: plugins }) };
  const variable = environment["CONFIG"] ?? "";
  const file =
    config !== undefined
      ? ({ path: config, source: "--config" } as const)
      : variable !== ""
        ? ({ path: variable, source: "CONFIG" } as const)
        : undefined;
  return { file, environment, flags: settings };
}
