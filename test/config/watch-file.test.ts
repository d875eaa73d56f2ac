import { afterEach, expect, test } from "bun:test";
import { mkdtempSync, renameSync, rmSync, symlinkSync, unlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { watchFile } from "../../src/config/watch-file.ts";
import { waitFor } from "../support/wait-for.ts";

const closers: (() => void)[] = [];
afterEach(() => closers.splice(0).forEach((close) => close()));

function newFile() {
  const directory = mkdtempSync(join(tmpdir(), "watch-file-"));
  const path = join(directory, "a.yaml");
  writeFileSync(path, "first");
  closers.push(() => rmSync(directory, { recursive: true }));
  return { directory, path };
}

function watch(path: string) {
  const told = { times: 0 };
  const stop = watchFile(path, () => (told.times += 1));
  closers.push(stop);
  return { told, stop };
}

test("tells of a file that is written, replaced, taken away and put back, and of a link that turns", async () => {
  const written = newFile();
  const replaced = newFile();
  const gone = newFile();
  const linked = newFile();
  const link = join(linked.directory, "link.yaml");
  symlinkSync(linked.path, link);
  const watches = [watch(written.path), watch(replaced.path), watch(gone.path), watch(link)];

  writeFileSync(written.path, "second");
  writeFileSync(`${replaced.path}.new`, "other");
  renameSync(`${replaced.path}.new`, replaced.path);
  unlinkSync(gone.path);
  writeFileSync(join(linked.directory, "b.yaml"), "another");
  unlinkSync(link);
  symlinkSync(join(linked.directory, "b.yaml"), link);
  await waitFor("all four to be told", () => watches.every(({ told }) => told.times === 1));

  writeFileSync(gone.path, "back");
  await waitFor("the file to be back", () => watches[2]?.told.times === 2);
}, 30_000);

test("tells nothing while the file is being written, of one that stays, and after the end", async () => {
  const quiet = watch(newFile().path);
  const ended = newFile();
  const over = watch(ended.path);
  over.stop();
  writeFileSync(ended.path, "second");
  const busy = newFile();
  const writing = watch(busy.path);
  let size = 1;
  const writer = setInterval(() => writeFileSync(busy.path, "x".repeat((size += 1))), 100);
  await Bun.sleep(2500);
  expect(writing.told.times).toBe(0);
  clearInterval(writer);
  await waitFor("the written file to be told", () => writing.told.times === 1);
  expect([quiet.told.times, over.told.times, writing.told.times]).toEqual([0, 0, 1]);
}, 30_000);
