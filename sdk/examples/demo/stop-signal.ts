import { readFileSync } from "node:fs";

const pollMs = 500;

/** Ctrl-C reaches us twice: from the terminal, and passed on by `bun run`. */
const sameSignalMs = 500;

/** Aborts on SIGINT, SIGTERM, SIGHUP, or when the script runner that started us is gone. A second signal ends at once. */
export function stopSignal(): AbortSignal {
  const controller = new AbortController();
  let stoppedMs = Number.POSITIVE_INFINITY;
  const stop = (why: string) => {
    if (performance.now() - stoppedMs > sameSignalMs) process.exit(1);
    if (controller.signal.aborted) return;
    stoppedMs = performance.now();
    controller.abort(why);
  };
  for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(name, stop);

  const launchers = findLaunchers();
  const timer = setInterval(() => {
    if (findLaunchers() === launchers) return;
    clearInterval(timer);
    stop("the process that started this is gone");
  }, pollMs);
  timer.unref();
  return controller.signal;
}

/**
 * Whose death ends the demo: `bun run`, when that is the parent, and under npx also npx's shell, which passes no signal on.
 * Started by hand there are none: then a demo may outlive its shell.
 */
function findLaunchers(): string {
  if (process.env["npm_lifecycle_event"] !== "demo") return "";
  return process.env["npm_execpath"]?.includes("npm-cli")
    ? `${process.ppid} ${parentOf(process.ppid)}`
    : `${process.ppid}`;
}

function parentOf(pid: number): string | undefined {
  try {
    return /^PPid:\s*(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
  } catch {
    return undefined;
  }
}
