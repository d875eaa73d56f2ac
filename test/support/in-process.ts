import { hardlyLimited, openRoutes, secretKey } from "./open-routes.ts";
import type { Plugin } from "@isaas/gateway-sdk/plugin";
import { systemClock } from "../../src/clock.ts";
import { loadSettings } from "../../src/config/load.ts";
import { SettingsError } from "../../src/config/problem.ts";
import type { RouteSetting, Settings } from "../../src/config/settings.ts";
import { corePlugins } from "../../src/core-plugins.ts";
import { createGateway, type Gateway } from "../../src/gateway.ts";
import type { RootLog } from "../../src/observe/logger.ts";
import type { Guest } from "../../src/plugins-dir/guest.ts";
import { loadGuests } from "../../src/plugins-dir/load-guests.ts";

export interface InProcessLine extends Record<string, unknown> {
  readonly level: string;
  readonly msg: string;
}

/** A gateway inside the test's own process: for plugins of the test, and for what coverage is to see. */
export interface InProcessGateway {
  readonly url: string;
  readonly port: number;
  readonly gateway: Gateway;
  readonly lines: readonly InProcessLine[];
  stop(): Promise<void>;
}

export interface InProcessOptions {
  readonly environment?: Readonly<Record<string, string>>;
  /** Beside the core plugins, after them. */
  readonly plugins?: readonly Plugin[];
  readonly routes?: readonly RouteSetting[];
  /** As PLUGINS_DIR names it. */
  readonly pluginsDir?: string;
  /** The same, loaded already. */
  readonly guests?: readonly Guest[];
}

export async function startInProcess(options: InProcessOptions = {}): Promise<InProcessGateway> {
  const { gateway, lines } = await composeInProcess(options);
  const { url, port } = await gateway.listen();
  return { url, port, gateway, lines, stop: () => gateway.drain() };
}

/** The same without a port: nothing listens. */
export async function composeInProcess(
  options: InProcessOptions = {},
): Promise<{ gateway: Gateway; lines: InProcessLine[] }> {
  const plugins = [...corePlugins, ...(options.plugins ?? [])];
  const guests = options.pluginsDir === undefined ? (options.guests ?? []) : await readGuests(options.pluginsDir);
  const lines: InProcessLine[] = [];
  const log = collectLog(lines);
  const routes = options.routes ?? openRoutes(options.environment ?? {}).map(routeSetting);
  const all = [...(options.plugins ?? []), ...guests.map(({ plugin }) => plugin)];
  const settings = readSettings({ ...options, plugins: all, ...(routes.length > 0 && { routes }) });
  return {
    gateway: await createGateway({ settings, plugins, guests, log, clock: systemClock, version: "1.2.3" }),
    lines,
  };
}

async function readGuests(directory: string): Promise<readonly Guest[]> {
  const { guests, problems } = await loadGuests(directory, corePlugins);
  if (problems.length > 0) throw new SettingsError(problems);
  return guests;
}

/** Settings as the environment gives them; routes, which only a file can name, are put in by hand. */
export function readSettings({ environment = {}, plugins = [], routes }: InProcessOptions): Settings {
  const quiet = { HOST: "127.0.0.1", PORT: "0", DRAIN_SECONDS: "0", SECRET_KEY: secretKey, ...hardlyLimited };
  const sources = { file: undefined, environment: { ...quiet, ...environment }, flags: {} };
  const settings = loadSettings(sources, [...corePlugins, ...plugins]);
  return routes === undefined ? settings : { ...settings, routes };
}

/** A route as the settings file would give it, but open: the other defaults of its schema, and what the test says. */
export function routeSetting(
  route: Partial<RouteSetting> & Pick<RouteSetting, "service" | "path_prefix">,
): RouteSetting {
  const policies = { auth_required: false, rate_limit: true, circuit_breaker: true };
  const defaults = { strip_prefix: true, timeout: 30, retries: 2, retry_unsafe: false, ...policies };
  return { ...defaults, plugins: {}, ...route };
}

function collectLog(lines: InProcessLine[], bound: object = {}): RootLog {
  const write = (level: string) => (fields: object, msg: string) =>
    void lines.push({ level, msg, ...bound, ...fields });
  return {
    trace: write("trace"),
    debug: write("debug"),
    info: write("info"),
    warn: write("warn"),
    error: write("error"),
    isLevelEnabled: () => true,
    child: (fields) => collectLog(lines, { ...bound, ...fields }),
    flush: () => {},
  };
}
