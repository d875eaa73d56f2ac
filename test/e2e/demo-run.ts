import { readFileSync } from "node:fs";
import { join } from "node:path";

export const repository = join(import.meta.dirname, "../..");
const pollMs = 50;

export interface DemoRun {
  readonly process: Bun.Subprocess<"ignore", "pipe", "pipe">;
  /** Everything written so far. */
  output(): string;
  /** Resolves when the output has this text; rejects when the demo ends before. */
  says(text: string): Promise<void>;
}

/** Starts the demo as a user would: without the flag by which this test run's own processes die with it. */
export function runDemo(command: readonly string[], env: Readonly<Record<string, string>>): DemoRun {
  const child = Bun.spawn([...command], {
    cwd: repository,
    env: { ...process.env, ...env, BUN_FEATURE_FLAG_NO_ORPHANS: undefined },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  const read = async (stream: ReadableStream<Uint8Array>) => {
    const decoder = new TextDecoder();
    for await (const bytes of stream) output += decoder.decode(bytes, { stream: true });
  };
  const closed = Promise.all([read(child.stdout), read(child.stderr)]);
  return {
    process: child,
    output: () => output,
    says: async (text) => {
      const ended = closed.then(() => true);
      while (!output.includes(text)) {
        const over = await Promise.race([ended, Bun.sleep(pollMs)]);
        if (over && !output.includes(text)) throw new Error(`the demo ended without "${text}"\n${output}`);
      }
    },
  };
}

/** The processes that the demo names: four services and the gateway. */
export function pidsIn(output: string): number[] {
  return [...output.matchAll(/ {2}pid (\d+)$/gm)].map((match) => Number(match[1]));
}

/** Those of `pids` that are still there `timeoutMs` later; resolves as soon as none is. */
export async function survivors(pids: readonly number[], timeoutMs: number): Promise<number[]> {
  const deadlineMs = performance.now() + timeoutMs;
  while (pids.some(isAlive) && performance.now() < deadlineMs) await Bun.sleep(pollMs);
  return pids.filter(isAlive);
}

/** A process that ended but that nobody waited for (a zombie) is not alive. */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  try {
    return !/^State:\s*Z/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch {
    return process.platform !== "linux";
  }
}
