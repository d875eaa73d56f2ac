import { readFileSync } from "node:fs";

/** Resident memory of a process in MiB. */
export function residentMib(pid: number): number {
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]) / 1024;
}

/** Watches a process while something runs; gives the highest growth over the start in MiB. */
export async function growthWhile(pid: number, run: () => Promise<void>): Promise<number> {
  const start = residentMib(pid);
  let most = start;
  const timer = setInterval(() => {
    most = Math.max(most, residentMib(pid));
  }, 20);
  try {
    await run();
  } finally {
    clearInterval(timer);
  }
  return Math.max(most, residentMib(pid)) - start;
}
