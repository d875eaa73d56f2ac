import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { configurationPage } from "../../.ci/docs/configuration.ts";
import { describeDrift } from "../../.ci/docs/drift.ts";
import { fillTemplate } from "../../.ci/docs/markdown.ts";
import { notYet } from "../../.ci/docs/not-yet.ts";
import { createSettingsSchema } from "../../src/config/compose-schema.ts";
import { environmentName } from "../../src/config/environment.ts";
import { corePlugins } from "../../src/core-plugins.ts";
import { settingsFrom } from "./settings-from.ts";

const page = configurationPage();
const settings = Object.keys(createSettingsSchema(corePlugins).properties);

test("every setting has its heading, and an entry in the overview", () => {
  for (const key of settings) {
    expect(page).toContain(`\n#### ${key}\n`);
    expect(page).toContain(`[\`${key}\`](#${key})`);
  }
});

test("the heading that other pages link to is there", () => {
  expect(page).toContain("\n## Circuit breaker configuration\n");
});

test("the committed page is the generated one", async () => {
  const repository = join(import.meta.dirname, "../..");
  const check = Bun.spawn([process.execPath, ".ci/docs.ts", "--check"], {
    cwd: repository,
    stdout: "ignore",
    stderr: "pipe",
  });
  const errors = await new Response(check.stderr).text();
  expect([await check.exited, errors]).toEqual([0, ""]);
});

describe("full examples", () => {
  const examples = readFileSync(join(import.meta.dirname, "../../.ci/docs/configuration.md"), "utf8").split(
    "## A full example",
  )[1];
  const codeOf = (format: string) => new RegExp(`\`\`\`${format}\n(.*?)\`\`\``, "s").exec(examples ?? "")?.[1] ?? "";

  test("YAML and TOML say the same, and name every setting", () => {
    const [yaml, toml] = [
      settingsFrom({ file: { yaml: codeOf("yaml") } }),
      settingsFrom({ file: { toml: codeOf("toml") } }),
    ];
    expect([yaml.problems, toml.problems]).toEqual([[], []]);
    expect(yaml.settings).toEqual(toml.settings);
    for (const key of settings) {
      expect(codeOf("yaml")).toMatch(new RegExp(`^${key}:`, "m"));
      expect(codeOf("toml")).toMatch(new RegExp(`^(${key} =|\\[\\[${key}\\]\\])`, "m"));
    }
  });
});

describe("names of later versions", () => {
  const names = notYet.flatMap(({ variables }) => variables);

  test("are no settings yet", () => {
    const known = new Set(settings.map(environmentName));
    expect(names.filter((name) => known.has(name))).toEqual([]);
  });

  test("are ignored in the environment and refused in the file", () => {
    expect(settingsFrom({ environment: Object.fromEntries(names.map((name) => [name, "x"])) }).problems).toEqual([]);
    const yaml = names.map((name) => `${name.toLowerCase()}: x`).join("\n");
    expect(settingsFrom({ file: { yaml } }).problems).toHaveLength(names.length);
  });
});

describe("the generator", () => {
  test("wants a part for each place of the template, and a place for each part", () => {
    expect(fillTemplate("a <!-- b --> c", { b: "$&" })).toBe("a $& c");
    expect(() => fillTemplate("<!-- b -->", {})).toThrow('the template wants "b", which nobody makes');
    expect(() => fillTemplate("a", { b: "c" })).toThrow("the template has no place for b");
  });

  test("names the first line that drifted", () => {
    expect(describeDrift(undefined, "a")).toBe("is missing");
    expect(describeDrift("a\nb\n", "a\nc\n")).toBe("differs from line 2 on:\n  has:   b\n  wants: c");
    expect(describeDrift("a\nb", "a")).toBe("differs from line 2 on:\n  has:   b\n  wants: (nothing)");
  });
});
