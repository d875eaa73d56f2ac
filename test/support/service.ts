import { join } from "node:path";
import type { Subprocess } from "bun";

export interface ServiceProcess {
  readonly url: string;
  readonly process: Subprocess;
  stop(): Promise<void>;
}

/** A service in a process of its own; see test-service.ts for what it answers. */
export async function startService(): Promise<ServiceProcess> {
  const child = Bun.spawn([process.execPath, join(import.meta.dirname, "test-service.ts")], {
    stdout: "pipe",
    stdin: "pipe",
    stderr: "inherit",
  });
  const reader = child.stdout.getReader();
  const { value } = await reader.read();
  const url = new TextDecoder().decode(value).trim();
  return {
    url,
    process: child,
    async stop() {
      child.kill("SIGKILL");
      await child.exited;
    },
  };
}
