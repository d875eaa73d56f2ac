import { statSync } from "node:fs";

const everyMs = 1000;

/**
 * Calls the listener after the file has changed and stayed as it is for a round. Looks each second rather than be told:
 * files are replaced by renaming, links turn, and some file systems tell nothing.
 */
export function watchFile(path: string, listener: () => void): () => void {
  let seen = stateOf(path);
  let told = seen;
  const timer = setInterval(() => {
    const state = stateOf(path);
    const isSettled = state === seen;
    seen = state;
    if (!isSettled || state === told) return;
    told = state;
    listener();
  }, everyMs);
  timer.unref();
  return () => clearInterval(timer);
}

function stateOf(path: string): string {
  try {
    const { mtimeMs, size, ino } = statSync(path);
    return `${mtimeMs} ${size} ${ino}`;
  } catch {
    return "gone";
  }
}
