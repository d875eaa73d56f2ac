import { join } from "node:path";
import type { Mood } from "./failing-program.ts";

const program = join(import.meta.dirname, "failing-program.ts");

/** A service of a process of its own that fails as it is told, and keeps count. */
export interface FailingService {
  readonly url: string;
  become(mood: Mood): Promise<void>;
  /** Requests that have reached this process. */
  seen(): Promise<number>;
  /** SIGKILL. */
  kill(): Promise<void>;
  /** A new process on the same port, after a kill; its count begins anew. */
  restart(): Promise<void>;
}

export async function startFailingService(): Promise<FailingService> {
  let { child, port, ask } = await run(0);
  return {
    url: `http://127.0.0.1:${port}`,
    async become(mood) {
      await ask(mood);
    },
    seen: () => ask(0),
    async kill() {
      child.kill("SIGKILL");
      await child.exited;
    },
    async restart() {
      ({ child, ask } = await run(port));
    },
  };
}

async function run(wantedPort: number) {
  let hear: (message: unknown) => void = () => {};
  const next = (): Promise<unknown> => new Promise((resolve) => (hear = resolve));
  const listening = next();
  const child = Bun.spawn([process.execPath, program, String(wantedPort)], {
    stdio: ["ignore", "ignore", "inherit"],
    ipc: (message) => hear(message),
  });
  const { port } = ((await listening) as { port: { port: number } }).port;
  const ask = async (message: unknown): Promise<number> => {
    const answer = next();
    child.send(message);
    return ((await answer) as { seen: number }).seen;
  };
  return { child, port, ask };
}
