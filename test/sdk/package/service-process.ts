import type { Subprocess } from "bun";

/** A service of the tests, run as a process of its own; it tells its port in its first line. */
export interface ServiceProgram {
  readonly process: Subprocess;
  readonly port: number;
  /** What it says of its lease in that line. */
  readonly state: unknown;
  /** Whatever it has written to its standard error. */
  readonly errors: () => string;
}

export async function startProgram(
  command: readonly string[],
  cwd: string,
  environment: Readonly<Record<string, string>>,
): Promise<ServiceProgram> {
  const child = Bun.spawn([...command], {
    cwd,
    env: { PATH: process.env["PATH"] ?? "", ...environment },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let errors = "";
  void (async () => {
    const decoder = new TextDecoder();
    for await (const piece of child.stderr) errors += decoder.decode(piece, { stream: true });
  })();
  const { value } = await child.stdout.getReader().read();
  if (value === undefined) throw new Error(`${command.join(" ")} ended with ${await child.exited}: ${errors}`);
  const { port, state } = JSON.parse(new TextDecoder().decode(value));
  return { process: child, port, state, errors: () => errors };
}
