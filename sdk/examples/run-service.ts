import { fstatSync } from "node:fs";
import type { AnyElysia } from "elysia";

/**
 * Runs a demo service as a process of its own. HOST and PORT (0 for a free one) come from the environment; one JSON
 * line on stdout tells where it listens. Leaves the gateway and ends on SIGTERM or SIGINT, and when the parent that holds
 * its stdin dies.
 */
export function runService(service: string, app: AnyElysia): void {
  // Before listening: whoever reads that line may stop us at once.
  const end = async () => {
    await app.stop(true);
    process.exit(0);
  };
  process.once("SIGTERM", end);
  process.once("SIGINT", end);
  if (stdinIsPipe()) process.stdin.on("close", end).on("error", end).resume();

  const hostname = process.env["HOST"] ?? "127.0.0.1";
  app.listen(
    // Elysia's default, reusePort, lets two services share one port in silence. Quiet event streams must outlive the
    // default idle timeout.
    { hostname, port: parsePort(process.env["PORT"] ?? "0"), reusePort: false, idleTimeout: 0 },
    ({ url }) => console.log(JSON.stringify({ service, url: url.origin })),
  );
}

function parsePort(text: string): number {
  const port = Number(text);
  if (!/^\d{1,5}$/.test(text) || port > 65_535) throw new RangeError(`PORT: wanted 0 to 65535, got ${text}`);
  return port;
}

/** A pipe ends with the process that holds its other side; a terminal or /dev/null says nothing about a parent. */
function stdinIsPipe(): boolean {
  try {
    const stdin = fstatSync(0);
    return stdin.isFIFO() || stdin.isSocket();
  } catch {
    return false;
  }
}
