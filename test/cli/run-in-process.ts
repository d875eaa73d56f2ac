import { parseArguments } from "../../src/cli/arguments.ts";
import { check } from "../../src/cli/check.ts";
import type { CommandContext } from "../../src/cli/context.ts";
import { explain } from "../../src/cli/explain.ts";
import { hashPassword } from "../../src/cli/hash-password.ts";
import { health } from "../../src/cli/health.ts";
import { newPlugin } from "../../src/cli/new-plugin.ts";
import { serve } from "../../src/cli/serve.ts";
import { types } from "../../src/cli/types.ts";
import { SettingsError } from "../../src/config/problem.ts";
import { corePlugins } from "../../src/core-plugins.ts";
import { secretKey } from "../support/open-routes.ts";
import type { RunResult } from "../support/gateway.ts";

type Doors = Partial<Pick<CommandContext, "onSignal" | "onReload" | "readInput" | "exit">>;

/** A command as main runs it, but inside the test's own process: for what coverage is to see. */
export async function runInProcess(
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
  doors: Doors = {},
): Promise<RunResult> {
  let stdout = "";
  let stderr = "";
  const context = (parsed: CommandContext["arguments"]): CommandContext => ({
    arguments: parsed,
    environment: { DRAIN_SECONDS: "0", HOST: "127.0.0.1", SECRET_KEY: secretKey, ...environment },
    plugins: corePlugins,
    version: "1.2.3",
    isTerminal: false,
    print: (line) => void (stdout += `${line}\n`),
    printError: (line) => void (stderr += `${line}\n`),
    readInput: async () => new Uint8Array(),
    onSignal: () => {},
    onReload: () => {},
    onFault: () => {},
    exit: (code) => {
      throw new Error(`exit ${code}`);
    },
    ...doors,
  });
  try {
    const parsed = parseArguments(args);
    if (parsed.command === "help" || parsed.command === "version") return { code: 0, stdout: parsed.command, stderr };
    const code = await { serve, check, explain, health, types, "hash-password": hashPassword, plugin: newPlugin }[
      parsed.command
    ](context(parsed));
    return { code, stdout, stderr };
  } catch (error) {
    if (error instanceof SettingsError) return { code: 1, stdout, stderr: `${stderr}${error.message}\n` };
    return { code: 1, stdout, stderr: `${stderr}gateway: ${error instanceof Error ? error.message : "failed"}\n` };
  }
}
