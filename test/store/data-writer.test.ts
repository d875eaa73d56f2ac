import { expect, test } from "bun:test";
import { join } from "node:path";
import { DataFile } from "../../src/store/embedded/data-file.ts";
import { DataWriter } from "../../src/store/embedded/data-writer.ts";
import { listeningLog } from "./listening-log.ts";
import { changes, newDirectory } from "./stores.ts";

test("what the file does not take is told once, and nobody waits for it", async () => {
  const directory = newDirectory();
  const log = listeningLog();
  const file = new DataFile(join(directory.path, "gateway.db"), () => {});
  const writer = new DataWriter(file, log);
  await writer.write("t", changes({ a: "1" }));
  expect(writer.read("t").get("a")).toBe("1");
  // As a disk that is gone: nothing can be written any more.
  file.close();
  await writer.write("t", changes({ a: "2" }));
  await writer.write("t", changes({ a: "3" }));
  expect(log.of("error")).toEqual(["the data file cannot be written: the gateway goes on from memory and tries again"]);
  writer.close();
  directory.remove();
});
