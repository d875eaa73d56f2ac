import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Subprocess } from "bun";
import { hardlyLimited, openRoutes, secretKey } from "./open-routes.ts";

const executable = join(import.meta.dirname, "../../dist/gateway");

export interface LogLine extends Record<string, unknown> {
  readonly level: string;
  readonly msg: string;
}

/** A running executable, as a user would start it: alone, in an empty directory, with environment variables only. */
export interface GatewayProcess {
  readonly url: string;
  readonly port: number;
  readonly pid: number;
  readonly process: Subprocess;
  /** All lines of the standard output so far. */
  readonly lines: readonly LogLine[];
  /** Whatever went to the standard error so far. */
  readonly errors: () => string;
  /** The first log line that fits, now or within some seconds. */
  waitForLine(fits: (line: LogLine) => boolean): Promise<LogLine>;
  /** SIGTERM and wait; returns the exit code. */
  stop(): Promise<number>;
}

export interface RunResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

const quiet = {
  PATH: process.env["PATH"] ?? "",
  DRAIN_SECONDS: "0",
  HOST: "127.0.0.1",
  SECRET_KEY: secretKey,
  ...hardlyLimited,
};

/**
 * Starts dist/gateway on a free port and waits until it listens. Environment of the caller is not passed on. Services of
 * the environment are open to everybody, unless a settings file says what they are.
 */
export async function startGateway(
  environment: Record<string, string> = {},
  args: readonly string[] = [],
): Promise<GatewayProcess> {
  const directory = mkdtempSync(join(tmpdir(), "gateway-"));
  const open = openRoutes(environment);
  const file = join(directory, "open-routes.json");
  const hasFile = args.includes("--config") || environment["CONFIG"] !== undefined || open.length === 0;
  if (!hasFile) writeFileSync(file, JSON.stringify({ routes: open }));
  const child = Bun.spawn([executable, ...args], {
    cwd: directory,
    env: { ...quiet, PORT: "0", ...(hasFile ? {} : { CONFIG: file }), ...environment },
    stdout: "pipe",
    stderr: "pipe",
    stdin: "ignore",
  });
  const lines: LogLine[] = [];
  const watchers = new Set<() => void>();
  let errors = "";
  void readLines(child.stdout, (line) => {
    lines.push(line.startsWith("{") ? (JSON.parse(line) as LogLine) : { level: "raw", msg: line });
    for (const watch of watchers) watch();
  });
  void readText(child.stderr, (text) => {
    errors += text;
  });
  void child.exited.then(() => rmSync(directory, { recursive: true, force: true }));

  const waitForLine = (fits: (line: LogLine) => boolean): Promise<LogLine> =>
    new Promise((resolve, reject) => {
      const finish = (): void => {
        watchers.delete(look);
        clearTimeout(timer);
      };
      const look = (): void => {
        const found = lines.find(fits);
        if (found === undefined) return;
        finish();
        resolve(found);
      };
      const timer = setTimeout(() => {
        finish();
        reject(new Error(`no such log line within 10 s; got ${JSON.stringify(lines.slice(-20))} ${errors}`));
      }, 10_000);
      watchers.add(look);
      look();
    });

  const listening = await Promise.race([
    waitForLine((line) => line.msg === "listening"),
    child.exited.then((code) => Promise.reject(new Error(`the gateway ended with ${code}: ${errors}`))),
  ]);
  const port = Number(listening["port"]);
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    pid: child.pid,
    process: child,
    lines,
    errors: () => errors,
    waitForLine,
    async stop() {
      child.kill("SIGTERM");
      return child.exited;
    },
  };
}

/** Runs a command of dist/gateway to its end. */
export async function runGateway(
  args: readonly string[],
  environment: Record<string, string> = {},
  cwd = tmpdir(),
): Promise<RunResult> {
  const child = Bun.spawn([executable, ...args], {
    cwd,
    env: { ...quiet, ...environment },
    stdout: "pipe",
    stderr: "pipe",
    stdin: "ignore",
  });
  const [stdout, stderr, code] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ]);
  return { code, stdout, stderr };
}

async function readText(stream: ReadableStream<Uint8Array>, take: (text: string) => void): Promise<void> {
  const decoder = new TextDecoder();
  for await (const piece of stream) take(decoder.decode(piece, { stream: true }));
}

async function readLines(stream: ReadableStream<Uint8Array>, take: (line: string) => void): Promise<void> {
  let rest = "";
  await readText(stream, (text) => {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) take(line);
  });
}
