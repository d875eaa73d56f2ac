import { readFileSync } from "node:fs";
import { extname } from "node:path";
import { type Format, FormatError } from "./formats/format.ts";
import { parseJson } from "./formats/json.ts";
import { parseToml } from "./formats/toml.ts";
import { parseYaml } from "./formats/yaml.ts";
import type { Layer } from "./layer.ts";
import { describeValue, type SettingProblem } from "./problem.ts";

const formats: Readonly<Record<string, Format>> = {
  ".yaml": parseYaml,
  ".yml": parseYaml,
  ".toml": parseToml,
  ".json": parseJson,
};

/** Which file to read, and who says so. */
export interface FileChoice {
  readonly path: string;
  /** `--config`, or the variable that names it. */
  readonly source: string;
  /** The setting that it is; `config` unless it is another one's file. */
  readonly setting?: string;
}

/**
 * Reads a settings file; its sources name the line where the format tells it. A file without content sets nothing.
 * One that cannot be read adds a problem to the list.
 */
export function readSettingsFile({ path, source, setting = "config" }: FileChoice, problems: SettingProblem[]): Layer {
  const refuse = (wanted: string, got: string, from: string): Layer => {
    problems.push({ path: setting, wanted, got, source: from });
    return { values: {}, sourceOf: () => path };
  };
  const parse = formats[extname(path).toLowerCase()];
  if (parse === undefined) {
    return refuse("a file name that ends in .yaml, .yml, .toml or .json", extname(path) || "no extension", source);
  }
  try {
    // A text that is not UTF-8 would otherwise turn into another one.
    const text = new TextDecoder("utf-8", { fatal: true }).decode(readFileSync(path));
    const { value, lineOf } = parse(text);
    const sourceOf = (keys: readonly string[]): string => [path, lineOf(keys) ?? []].flat().join(":");
    if (value === null) return { values: {}, sourceOf };
    if (typeof value === "object" && !Array.isArray(value)) return { values: { ...value }, sourceOf };
    return refuse("settings by name", describeValue(value), path);
  } catch (cause) {
    if (cause instanceof FormatError) {
      const where = cause.line === undefined ? path : `${path}:${cause.line}`;
      return refuse("a well-formed file", `a syntax error: ${cause.reason}`, where);
    }
    return refuse("a readable file in UTF-8", `${path}: ${describeFailure(cause)}`, source);
  }
}

function describeFailure(cause: unknown): string {
  const code = cause instanceof Error && "code" in cause ? String(cause.code) : "";
  if (code === "ENOENT") return "no such file";
  if (code === "EISDIR") return "a directory";
  if (code === "EACCES" || code === "EPERM") return "no permission to read it";
  return code.includes("ENCODING") ? "another encoding" : `unreadable (${code})`;
}
