import { join } from "node:path";
import type { Launch } from "../scenario.ts";
import { pinnedCommand } from "./cores.ts";
import { processTree } from "./processes.ts";

const stopPatienceMs = 500;

export interface Child extends AsyncDisposable {
  readonly pid: number;
  hasEnded(): boolean;
  output(): Promise<string>;
}

export function startChild(launch: Launch, core: number | undefined, folder: string): Child {
  const log = Bun.file(join(folder, "output.log"));
  const target = launch.output === "discard" ? "ignore" : log;
  const child = Bun.spawn(pinnedCommand(launch.command, core), {
    cwd: folder,
    env: { PATH: process.env["PATH"], ...launch.environment },
    stdin: "ignore",
    stdout: target,
    stderr: target,
  });
  const hasEnded = () => child.exitCode !== null || child.signalCode !== null;
  return {
    pid: child.pid,
    hasEnded,
    output: async () => ((await log.exists()) ? log.text() : ""),
    async [Symbol.asyncDispose]() {
      if (hasEnded()) return;
      const tree = processTree(child.pid);
      child.kill("SIGTERM");
      await Promise.race([child.exited, Bun.sleep(stopPatienceMs)]);
      // A drain has nobody to wait for here, and a master that is killed leaves its workers behind.
      for (const id of tree) killIfThere(id);
      await child.exited;
    },
  };
}

function killIfThere(id: number): void {
  try {
    process.kill(id, "SIGKILL");
  } catch {
    // It has ended by itself.
  }
}
