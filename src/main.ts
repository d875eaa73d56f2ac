// Must come first: it may replace the process.
import "./fetch-limit.ts";

import { parseArguments } from "./cli/arguments.ts";
import { check } from "./cli/check.ts";
import type { CommandContext } from "./cli/context.ts";
import { explain } from "./cli/explain.ts";
import { health } from "./cli/health.ts";
import { hashPassword } from "./cli/hash-password.ts";
import { help } from "./cli/help.ts";
import { newPlugin } from "./cli/new-plugin.ts";
import { readInput } from "./cli/read-input.ts";
import { serve } from "./cli/serve.ts";
import { types } from "./cli/types.ts";
import { SettingsError } from "./config/problem.ts";
import { corePlugins } from "./core-plugins.ts";
import { version } from "./version.ts";

const commands = { serve, check, explain, health, types, "hash-password": hashPassword, plugin: newPlugin };

async function main(args: readonly string[]): Promise<number> {
  const parsed = parseArguments(args);
  if (parsed.command === "help") return print(help);
  if (parsed.command === "version") return print(version);
  const context: CommandContext = {
    arguments: parsed,
    environment: process.env,
    plugins: corePlugins,
    version,
    isTerminal: process.stdout.isTTY === true,
    print,
    printError: (line) => process.stderr.write(`${line}\n`),
    readInput(prompt, mostBytes) {
      const input = { stream: process.stdin, prompt: (text: string) => process.stderr.write(text) };
      return readInput(input, prompt, mostBytes);
    },
    onSignal(listener) {
      for (const signal of ["SIGTERM", "SIGINT"] as const) process.on(signal, () => listener(signal));
    },
    onReload(listener) {
      process.on("SIGHUP", listener);
    },
    onFault(listener) {
      process.on("uncaughtException", listener);
      process.on("unhandledRejection", listener);
    },
    exit: (code) => process.exit(code),
  };
  return commands[parsed.command](context);
}

function print(line: string): number {
  process.stdout.write(`${line}\n`);
  return 0;
}

try {
  process.exitCode = await main(process.argv.slice(2));
  process.exit();
} catch (error) {
  if (error instanceof SettingsError) {
    process.stderr.write(`${error.message}\n`);
  } else {
    process.stderr.write(`gateway: ${error instanceof Error ? error.message : "failed"}\n`);
  }
  process.exit(1);
}
