import { afterAll, describe, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runGateway } from "../support/gateway.ts";
import { runners } from "./runners.ts";

const directory = mkdtempSync(join(tmpdir(), "new-plugin-"));
afterAll(() => rmSync(directory, { recursive: true }));

describe.each(runners)("plugin new by %s", (name, run) => {
  const plugins = join(directory, name.replaceAll(" ", "-"));

  test("writes a plugin and its test, says what is next, and what it wrote is taken", async () => {
    const { code, stdout, stderr } = await run(["plugin", "new", "my_stamp", "--plugins", plugins]);
    expect([code, stderr]).toEqual([0, ""]);
    expect(stdout).toContain(`wrote ${plugins}/my_stamp.ts and ${plugins}/my_stamp.test.ts\n`);
    expect(stdout).toContain(`gateway --plugins ${plugins}\n`);
    expect(readdirSync(plugins).toSorted()).toEqual(["my_stamp.test.ts", "my_stamp.ts"]);
    expect(await run(["check"], { PLUGINS_DIR: plugins, MY_STAMP_HEADER: "x-mine" })).toMatchObject({
      code: 0,
      stderr: "",
    });
  });

  test("overwrites nothing", async () => {
    writeFileSync(join(plugins, "my_stamp.ts"), "mine");
    const again = await run(["plugin", "new", "my_stamp"], { PLUGINS_DIR: plugins });
    expect(again).toEqual({ code: 1, stdout: "", stderr: `${plugins}/my_stamp.ts: it is there already\n` });
    writeFileSync(join(plugins, "other.test.ts"), "mine");
    expect((await run(["plugin", "new", "other"], { PLUGINS_DIR: plugins })).code).toBe(1);
    expect(readFileSync(join(plugins, "my_stamp.ts"), "utf8")).toBe("mine");
    expect(readdirSync(plugins)).not.toContain("other.ts");
  });

  test.each([
    [["new"], "NAME: wanted a word in lower case that is no key of a route, got nothing"],
    [["new", "../x"], 'NAME: wanted a word in lower case that is no key of a route, got "../x"'],
    [["new", "Stamp"], 'NAME: wanted a word in lower case that is no key of a route, got "Stamp"'],
    [["new", "timeout"], 'NAME: wanted a word in lower case that is no key of a route, got "timeout"'],
    [["new", "auth"], 'NAME: wanted one that no plugin of the gateway has, got "auth"'],
    [["make", "x"], "arguments: wanted new NAME, got 2 of them"],
    [[], "arguments: wanted new NAME, got 0 of them"],
    [["new", "a", "b"], "arguments: wanted new NAME, got 3 of them"],
  ])("refuses %j", async (args, said) => {
    const { code, stderr } = await run(["plugin", ...args, "--plugins", plugins]);
    expect([code, stderr]).toEqual([1, `${said} (command line)\n`]);
  });

  test("says when it cannot write there", async () => {
    writeFileSync(join(directory, "file"), "");
    const { code, stderr } = await run(["plugin", "new", "a", "--plugins", join(directory, "file")]);
    expect([code, stderr]).toEqual([1, `${directory}/file: it cannot be written (EEXIST)\n`]);
  });
});

test("without a directory in the settings, ./plugins it is", async () => {
  const cwd = join(directory, "elsewhere");
  mkdirSync(cwd);
  const { stdout } = await runGateway(["plugin", "new", "a"], {}, cwd);
  expect(stdout).toContain("wrote plugins/a.ts and plugins/a.test.ts\n");
  expect(readdirSync(join(cwd, "plugins"))).toHaveLength(2);
});
