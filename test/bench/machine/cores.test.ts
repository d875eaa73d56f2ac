import { expect, test } from "bun:test";
import { parseCoreList, pinnedCommand } from "./cores.ts";

test("reads a core list as the kernel writes it", () => {
  expect(parseCoreList("0-2,5")).toEqual([0, 1, 2, 5]);
  expect(parseCoreList("4")).toEqual([4]);
});

test("leaves a command alone where nothing can be pinned", () => {
  expect(pinnedCommand(["nginx"], undefined)).toEqual(["nginx"]);
  expect(pinnedCommand(["nginx"], 3)).toEqual(["taskset", "-c", "3", "nginx"]);
});
