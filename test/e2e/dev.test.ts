import { expect, test } from "bun:test";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { waitFor } from "../support/wait-for.ts";

const root = join(import.meta.dirname, "../..");

test("bun run dev restarts the gateway when a source changes", async () => {
  const child = Bun.spawn([process.execPath, "run", "dev"], {
    cwd: root,
    env: { ...process.env, PORT: "0", HOST: "127.0.0.1", DRAIN_SECONDS: "0" },
    stdin: "ignore",
    stdout: "pipe",
    stderr: "ignore",
  });
  let output = "";
  void (async () => {
    for await (const piece of child.stdout) output += new TextDecoder().decode(piece);
  })();
  const starts = (): number => output.split("listening").length - 1;
  try {
    await waitFor("the first start", () => starts() === 1);
    // The same bytes again are a change to the watcher, and leave the tree as it was.
    const source = join(root, "src/version.ts");
    writeFileSync(source, readFileSync(source));
    await waitFor("the second start", () => starts() >= 2);
  } finally {
    child.kill("SIGTERM");
    await child.exited;
  }
  expect(starts()).toBeGreaterThanOrEqual(2);
}, 20_000);
