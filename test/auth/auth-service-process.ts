import { join } from "node:path";

/** An Auth Service in a process of its own; auth-service-program.ts tells how it behaves. */
export interface AuthServiceProcess {
  readonly url: string;
  readonly port: number;
  /** How often it was asked about somebody. */
  asked(): Promise<number>;
  kill(): Promise<void>;
}

/** `port` 0: any free one. */
export async function startAuthService(port = 0): Promise<AuthServiceProcess> {
  const child = Bun.spawn([process.execPath, join(import.meta.dirname, "auth-service-program.ts"), String(port)], {
    stdout: "pipe",
    stdin: "pipe",
    stderr: "inherit",
  });
  const { value } = await child.stdout.getReader().read();
  const origin = `http://127.0.0.1:${new TextDecoder().decode(value).trim()}`;
  return {
    url: `${origin}/verify`,
    port: Number(new URL(origin).port),
    asked: async () => (await (await fetch(`${origin}/asked`)).json()) as number,
    async kill() {
      child.kill("SIGKILL");
      await child.exited;
    },
  };
}
