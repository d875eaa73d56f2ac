import { parseArgs } from "node:util";
import { type SettingFlag, settingFlags } from "../config/flags.ts";
import { describeSecret, describeValue, type SettingProblem, SettingsError } from "../config/problem.ts";

const commands = ["serve", "check", "explain", "health", "types", "hash-password", "plugin"] as const;
export type Command = (typeof commands)[number];

const settingNames = Object.keys(settingFlags) as SettingFlag[];
type Flag = SettingFlag | "config" | "url";

export interface Arguments {
  readonly command: Command | "help" | "version";
  /** What stands behind the command. */
  readonly positionals: readonly string[];
  readonly flags: Readonly<Partial<Record<Flag, string>>>;
}

const shapes: Readonly<Record<Command, { readonly flags: readonly Flag[]; readonly positionals?: string }>> = {
  serve: { flags: ["config", ...settingNames] },
  check: { flags: ["config", ...settingNames] },
  explain: { flags: ["config", "url", "plugins"], positionals: "[METHOD] PATH" },
  health: { flags: ["config", "url"] },
  types: { flags: ["config", "url"] },
  "hash-password": { flags: [] },
  plugin: { flags: ["config", "plugins"], positionals: "new NAME" },
};

/** Parses what stands behind the executable's name. Throws a SettingsError with everything it does not know. */
export function parseArguments(args: readonly string[]): Arguments {
  const options = { config: text, host: text, port: text, plugins: text, url: text } satisfies Record<
    Flag,
    typeof text
  >;
  const { tokens } = parseArgs({ args: [...args], strict: false, tokens: true, options });
  const named = tokens.filter((token) => token.kind === "option");
  if (named.some(({ name }) => name === "help" || name === "h")) return { command: "help", positionals: [], flags: {} };
  if (named.some(({ name }) => name === "version" || name === "v"))
    return { command: "version", positionals: [], flags: {} };

  const problems: SettingProblem[] = [];
  const refuse = (path: string, wanted: string, got: string): void => {
    problems.push({ path, wanted, got, source: "command line" });
  };
  const [first = "serve", ...positionals] = tokens
    .filter((token) => token.kind === "positional")
    .map(({ value }) => value);
  const command = commands.find((name) => name === first);
  if (command === undefined) refuse("command", `one of ${commands.join(", ")}`, describeValue(first));
  const shape = shapes[command ?? "serve"];

  const flags: Partial<Record<Flag, string>> = {};
  for (const { name, rawName, value } of named) {
    const flag = shape.flags.find((known) => known === name);
    if (flag === undefined) {
      // Without a command it cannot be said which flags it has.
      if (command !== undefined) refuse(rawName, describeFlags(shape.flags), "an unknown flag");
    } else if (typeof value !== "string" || value === "" || value.startsWith("--")) {
      refuse(rawName, "a value behind it", "nothing");
    } else {
      flags[flag] = value;
    }
  }
  if (command !== undefined && positionals.length > 0 && shape.positionals === undefined) {
    // Somebody may have put the password there.
    const [wanted, describe] =
      command === "hash-password" ? (["nothing", describeSecret] as const) : (["only flags", describeValue] as const);
    refuse("arguments", `${wanted} behind ${command}`, positionals.map(describe).join(", "));
  }
  if (command === undefined || problems.length > 0) throw new SettingsError(problems);
  return { command, positionals, flags };
}

function describeFlags(flags: readonly Flag[]): string {
  return flags.length === 0 ? "no flags" : `one of --${flags.join(", --")}`;
}

const text = { type: "string" } as const;
