import { describe, expect, test } from "bun:test";
import { chmodSync, mkdirSync, renameSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { readFolder } from "../../src/plugins-dir/folder.ts";
import { runners } from "../cli/runners.ts";
import { pluginFolder, stamping } from "./plugin-folder.ts";

describe.each(runners)("%s runs no code", (_, run) => {
  test.each<[what: string, spoil: (path: string) => void, said: string]>([
    [
      "of a file to which everybody may write",
      (path) => chmodSync(join(path, "a.ts"), 0o666),
      "plugin a.ts: wanted files that only their owner can write, got one to which everybody may write (DIR/a.ts)",
    ],
    [
      "from a directory to which everybody may write",
      (path) => chmodSync(path, 0o777),
      "plugins_dir: wanted a directory that only its owner can write, got one to which everybody may write (DIR)",
    ],
    [
      "from a directory to which everybody may write, as in /tmp",
      (path) => chmodSync(path, 0o1777),
      "plugins_dir: wanted a directory that only its owner can write, got one to which everybody may write (DIR)",
    ],
    [
      "of a folder with a part to which everybody may write",
      (path) => {
        mkdirSync(join(path, "b"));
        writeFileSync(join(path, "b/index.ts"), stamping("b"));
        writeFileSync(join(path, "b/data.json"), "{}");
        chmodSync(join(path, "b/data.json"), 0o602);
      },
      "plugin b: wanted files that only their owner can write, got one to which everybody may write (DIR/b/data.json)",
    ],
    [
      "behind a link that leads out of the directory",
      (path) => {
        mkdirSync(`${path}-elsewhere`);
        renameSync(join(path, "a.ts"), `${path}-elsewhere/a.ts`);
        symlinkSync(`${path}-elsewhere/a.ts`, join(path, "a.ts"));
      },
      "plugin a.ts: wanted files that only their owner can write, got a link that leads out of the plugins' directory (DIR/a.ts)",
    ],
    [
      "in a folder behind such a link",
      (path) => symlinkSync("/usr", join(path, "usr")),
      "plugin usr: wanted files that only their owner can write, got a link that leads out of the plugins' directory (DIR/usr)",
    ],
    [
      "behind a link that leads nowhere",
      (path) => symlinkSync("gone.ts", join(path, "b.ts")),
      "plugin b.ts: wanted files that only their owner can write, got a link that leads nowhere (DIR/b.ts)",
    ],
  ])("%s", async (_, spoil, said) => {
    using folder = pluginFolder({ "a.ts": stamping("a") });
    using _elsewhere = { [Symbol.dispose]: () => Bun.spawnSync(["rm", "-rf", `${folder.path}-elsewhere`]) };
    spoil(folder.path);
    const { code, stderr } = await run(["check"], { PLUGINS_DIR: folder.path });
    expect(stderr.replaceAll(folder.path, "DIR")).toBe(`${said}\n`);
    expect(code).toBe(1);
  });
});

test("a directory below one to which everybody may write is refused: it could be put another in its place", () => {
  using folder = pluginFolder({ "open/plugins/a.ts": stamping("a") });
  chmodSync(join(folder.path, "open"), 0o777);
  const { files, problem } = readFolder(join(folder.path, "open/plugins"));
  expect(files).toEqual([]);
  expect(problem?.got).toBe(`${folder.path}/open above it, to which everybody may write`);
});

test("what is no plugin is passed over", () => {
  using folder = pluginFolder({
    "b.js": "",
    "a.ts": "",
    "a.test.ts": "",
    "types.d.ts": "",
    "README.md": "",
    ".hidden.ts": "",
    "folder/index.js": "",
    "shared/part.ts": "",
    "node_modules/p/index.js": "",
  });
  symlinkSync("a.ts", join(folder.path, "c.ts"));
  expect(readFolder(folder.path).files.map(({ label }) => label)).toEqual(["a.ts", "b.js", "c.ts", "folder"]);
});
