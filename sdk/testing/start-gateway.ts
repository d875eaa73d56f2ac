import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { findExecutable } from "./find-executable.ts";
import { type LogLine, LogLines } from "./log-lines.ts";
import { signToken, type TokenOptions } from "./sign-token.ts";

export type { LogLine };

export interface TestGatewayOptions {
  /** Plugins to run: their files, or their folders when they have some. Each is copied, with nothing around it. */
  readonly plugins?: readonly (string | URL)[];
  /** Settings as the file spells them, such as `routes`. Default: a free port of this machine, and hardly any rate limit. */
  readonly settings?: Readonly<Record<string, unknown>>;
  /** Variables of its environment; the test's own are not passed on. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Default: GATEWAY_EXECUTABLE, else `gateway` on the PATH. */
  readonly executable?: string;
}

/** A gateway that runs for a test, in a process of its own. */
export interface TestGateway extends AsyncDisposable {
  readonly url: string;
  /** All log lines so far. */
  readonly lines: readonly LogLine[];
  /** A request to a path of the gateway. Follows no redirect unless told to. */
  fetch(path: string, init?: RequestInit): Promise<Response>;
  /** An access token that it takes. */
  token(options?: TokenOptions): string;
  /** The first log line that fits, now or within so many milliseconds; default 5000. */
  waitForLine(fits: (line: LogLine) => boolean, limitMs?: number): Promise<LogLine>;
  close(): Promise<void>;
}

const startLimitMs = 10_000;

/**
 * Starts a gateway and waits until it listens. Rejects with what it says when it refuses to: a plugin that does not load,
 * with file and line, or settings that are wrong.
 */
export async function startGateway(options: TestGatewayOptions = {}): Promise<TestGateway> {
  const { plugins = [], settings = {}, environment = {} } = options;
  const executable = findExecutable(options.executable);
  const paths = plugins.map((plugin) => (typeof plugin === "string" ? plugin : fileURLToPath(plugin)));
  const missing = paths.find((path) => !existsSync(path));
  if (missing !== undefined)
    throw new Error(`startGateway: wanted the file or folder of a plugin, got ${missing}, where there is none`);
  const directory = mkdtempSync(join(tmpdir(), "gateway-test-"));
  const pluginsDirectory = join(directory, "plugins");
  const secretKey =
    typeof settings["secret_key"] === "string" ? settings["secret_key"] : randomBytes(32).toString("hex");
  mkdirSync(pluginsDirectory);
  for (const path of paths) cpSync(path, join(pluginsDirectory, basename(path)), { recursive: true });
  const file = join(directory, "gateway.json");
  writeFileSync(
    file,
    JSON.stringify({ ...defaults, plugins_dir: pluginsDirectory, secret_key: secretKey, ...settings }),
  );

  const child = spawn(executable, ["--config", file], {
    cwd: directory,
    // It ends with the test, also when that is killed.
    env: { BUN_FEATURE_FLAG_NO_ORPHANS: "1", ...environment },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const log = new LogLines(child.stdout);
  let errors = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => (errors += text));
  const ended = new Promise<void>((resolve) => {
    const end = (): void => {
      rmSync(directory, { recursive: true, force: true });
      resolve();
    };
    child.once("close", end);
    child.once("error", (error) => {
      errors += error.message;
      end();
    });
  });
  const close = async (): Promise<void> => {
    child.kill("SIGTERM");
    await ended;
  };

  const listening = await Promise.race([
    log.waitFor(({ msg }) => msg === "listening", startLimitMs),
    ended.then(() => undefined),
  ]).catch(async (error: unknown) => {
    await close();
    throw error;
  });
  if (listening === undefined) throw new Error(`the gateway did not start: ${errors.trim()}`);
  const url = `http://127.0.0.1:${String(listening["port"])}`;
  return {
    url,
    lines: log.lines,
    fetch: (path, init) => fetch(new URL(path, url), { redirect: "manual", ...init }),
    token: (said) => signToken(secretKey, said),
    waitForLine: (fits, limitMs = 5000) => log.waitFor(fits, limitMs),
    close,
    [Symbol.asyncDispose]: close,
  };
}

const defaults = {
  host: "127.0.0.1",
  port: 0,
  log_format: "json",
  drain_seconds: 0,
  rate_limit_per_second: 1_000_000,
  rate_limit_burst: 1_000_000,
};
