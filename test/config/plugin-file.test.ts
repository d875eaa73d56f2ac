import { afterAll, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Type } from "typebox";
import { readPluginFile } from "../../src/config/plugin-file.ts";
import { SettingsError } from "../../src/config/problem.ts";

const directory = mkdtempSync(join(tmpdir(), "plugin-file-"));
afterAll(() => rmSync(directory, { recursive: true }));

const schema = Type.Object(
  {
    owners: Type.Array(
      Type.Object(
        {
          name: Type.String(),
          pin: Type.String({ minLength: 4, secret: true, wanted: "4 digits" }),
          age: Type.Number({ default: 7 }),
        },
        { additionalProperties: false },
      ),
      { default: [] },
    ),
  },
  { additionalProperties: false },
);

function read(name: string, text: string | Uint8Array) {
  const path = join(directory, name);
  writeFileSync(path, text);
  return readPluginFile("owners_file", path, schema);
}

function mistakesOf(name: string, text: string | Uint8Array): string[] {
  try {
    read(name, text);
  } catch (error) {
    if (error instanceof SettingsError) return error.message.split("\n");
    throw error;
  }
  return [];
}

describe("a file of a plugin's own", () => {
  test.each([
    ["a.yaml", "owners:\n  - name: ada\n    pin: '1234'\n"],
    ["a.toml", `[[owners]]\nname = "ada"\npin = "1234"\n`],
    ["a.json", `{"owners":[{"name":"ada","pin":"1234"}]}`],
  ])("is read in every format, with defaults: %s", (name, text) => {
    expect(read(name, text)).toEqual({ owners: [{ name: "ada", pin: "1234", age: 7 }] });
  });

  test("may be empty", () => {
    expect(read("empty.yaml", "")).toEqual({ owners: [] });
  });

  test("tells every mistake at once, by line, and shows no secret", () => {
    const mistakes = mistakesOf(
      "bad.yaml",
      "owners:\n  - name: 7\n    pin: '77x'\n  - nme: ada\n    pin: '1234'\nrest: 1\n",
    );
    expect(mistakes.length).toBeGreaterThanOrEqual(4);
    expect(mistakes.join("\n")).toContain(":3)");
    expect(mistakes.find((line) => line.startsWith("owners[0].pin: wanted 4 digits"))).toBeString();
    expect(mistakes.join("\n")).not.toContain("77x");
  });

  test.each([
    ["broken.json", `{"owners": [{"pin": planted}]}`],
    ["broken.yaml", `owners: [ "planted`],
    ["broken.toml", `owners = planted planted`],
    ["list.json", `["planted"]`],
    ["latin1.yaml", new Uint8Array([0x70, 0x3a, 0x20, 0xff])],
    ["file.txt", "planted"],
  ])("that cannot be read is one mistake without its text: %s", (name, text) => {
    const mistakes = mistakesOf(name, text);
    expect(mistakes).toHaveLength(1);
    expect(mistakes[0]).toStartWith("owners_file: wanted ");
    expect(mistakes[0]).not.toContain("planted");
  });

  test("that is not there is named with the setting", () => {
    const path = join(directory, "nowhere.yaml");
    expect(() => readPluginFile("owners_file", path, schema)).toThrow("no such file (OWNERS_FILE)");
  });
});
