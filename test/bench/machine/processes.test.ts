import { expect, test } from "bun:test";
import { cpuTimeUs, processTree } from "./processes.ts";

test.if(process.platform === "linux")("finds a process's children and the CPU time they use", async () => {
  await using child = Bun.spawn(["sh", "-c", "while :; do :; done & wait"]);
  let tree = processTree(child.pid);
  try {
    // The test's own time limit is the bound.
    while (tree.length < 2) tree = processTree(child.pid);
    while (cpuTimeUs(tree) < 50_000) await Bun.sleep(10);
    expect(tree[0]).toBe(child.pid);
  } finally {
    for (const id of tree) process.kill(id, "SIGKILL");
  }
});
