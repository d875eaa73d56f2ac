import { afterAll, expect, test } from "bun:test";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readSettingsFile } from "../../src/config/file.ts";
import { formatProblem, type SettingProblem } from "../../src/config/problem.ts";
import { settingsFrom } from "./settings-from.ts";

const directory = mkdtempSync(join(tmpdir(), "gateway-file-"));
afterAll(() => rmSync(directory, { recursive: true }));

function problemsOf(path: string, source: "--config" | "CONFIG" = "--config"): string[] {
  const problems: SettingProblem[] = [];
  expect(readSettingsFile({ path, source }, problems).values).toEqual({});
  return problems.map(formatProblem);
}

test("a file that is not there is named with whoever named it", () => {
  const path = join(directory, "nowhere.yaml");
  expect(problemsOf(path, "CONFIG")).toEqual([
    `config: wanted a readable file in UTF-8, got ${path}: no such file (CONFIG)`,
  ]);
});

test("a directory is no file", () => {
  const path = join(directory, "directory.yaml");
  mkdirSync(path);
  expect(problemsOf(path)).toEqual([`config: wanted a readable file in UTF-8, got ${path}: a directory (--config)`]);
});

test("a file that may not be read says so", () => {
  const path = join(directory, "locked.yaml");
  writeFileSync(path, "port: 1");
  chmodSync(path, 0);
  // No lock keeps root out.
  const isRoot = process.geteuid?.() === 0;
  if (isRoot) process.seteuid?.(65_534);
  try {
    expect(problemsOf(path)).toEqual([
      `config: wanted a readable file in UTF-8, got ${path}: no permission to read it (--config)`,
    ]);
  } finally {
    if (isRoot) process.seteuid?.(0);
  }
});

test("a file that leads in a circle is unreadable", () => {
  const path = join(directory, "circle.yaml");
  symlinkSync(path, path);
  expect(problemsOf(path)[0]).toContain("unreadable (ELOOP)");
});

test.each([
  ["settings.ini", ".ini"],
  ["settings", "no extension"],
  [".yaml", "no extension"],
])("a file named %s is refused before it is read", (name, got) => {
  expect(problemsOf(join(directory, name))).toEqual([
    `config: wanted a file name that ends in .yaml, .yml, .toml or .json, got ${got} (--config)`,
  ]);
});

test("the extension counts in upper case too", () => {
  const path = join(directory, "GATEWAY.YML");
  writeFileSync(path, "port: 1");
  expect(readSettingsFile({ path, source: "--config" }, []).values).toEqual({ port: 1 });
});

test.each(["yaml", "toml"] as const)("an empty %s file sets nothing", (format) => {
  for (const text of ["", "\n\n", "# nothing but a comment\n"]) {
    const { settings, problems } = settingsFrom({ file: { [format]: text } });
    expect(problems).toEqual([]);
    expect(settings.port).toBe(8000);
  }
});

test("an empty JSON file is no JSON", () => {
  expect(settingsFrom({ file: { json: "" } }).problems).toHaveLength(1);
  expect(settingsFrom({ file: { json: "{}" } }).problems).toEqual([]);
});

test.each([
  ["- port: 1", "a list of 1"],
  ["hunter2 hunter2", "a string of 15 characters"],
  ["42", "42"],
])("%p is no settings by name", (yaml, got) => {
  expect(settingsFrom({ file: { yaml } }).problems).toEqual([
    `config: wanted settings by name, got ${got} (gateway.yaml)`,
  ]);
});

test.each([
  ["yaml", "port: 1"],
  ["json", '{"port": 1}'],
  ["toml", "port = 1"],
] as const)("a byte order mark before %s does not count", (format, text) => {
  const { settings, problems } = settingsFrom({ file: { [format]: `\uFEFF${text}` } });
  expect(problems).toEqual([]);
  expect(settings.port).toBe(1);
});

test("text that is not UTF-8 is refused, not turned into another text", () => {
  const utf16 = new Uint8Array(Buffer.from("\uFEFFport: 1", "utf16le"));
  const latin1 = new Uint8Array(Buffer.from("host: caf\u00e9", "latin1"));
  for (const yaml of [utf16, latin1]) {
    expect(settingsFrom({ file: { yaml } }).problems).toEqual([
      "config: wanted a readable file in UTF-8, got gateway.yaml: another encoding (--config)",
    ]);
  }
});

test("a file that cannot be read does not hide the mistakes of other sources", () => {
  const { problems } = settingsFrom({ file: { yaml: "port: [" }, environment: { PORT: "x" } });
  expect(problems).toHaveLength(2);
});
