import { join } from "node:path";

export const repository = join(import.meta.dirname, "..");

export interface StepResult {
  readonly ok: boolean;
  readonly tookMs: number;
}

/** Runs one command of the repository with its output shown as it comes. */
export async function runStep(command: readonly string[]): Promise<StepResult> {
  const startedMs = performance.now();
  const process = Bun.spawn([...command], { cwd: repository, stdio: ["ignore", "inherit", "inherit"] });
  const code = await process.exited;
  return { ok: code === 0, tookMs: performance.now() - startedMs };
}
