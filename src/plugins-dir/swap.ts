import { isDeepStrictEqual } from "node:util";
import type { Host, Plugin } from "@isaas/gateway-sdk/plugin";
import { routeProblems } from "../config/plugin-problems.ts";
import { type SettingProblem, SettingsError } from "../config/problem.ts";
import type { PluginHost } from "../pipeline/plugin-host.ts";
import type { Directory } from "../routing/directory.ts";
import type { OwnPrefixes } from "../routing/own-prefixes.ts";
import type { Application } from "../server/application.ts";
import { findMisfit } from "./find-misfit.ts";
import type { Guest } from "./guest.ts";
import type { Entry, GuestBook } from "./guest-book.ts";
import { removalProblem } from "./removal-problem.ts";
import type { OwnChain } from "../pipeline/own-chain.ts";

export interface SwapParts {
  readonly core: readonly Plugin[];
  readonly book: GuestBook;
  readonly host: PluginHost;
  readonly toHost: (plugin: Plugin) => Host;
  readonly application: Application;
  readonly directory: Directory;
  readonly ownPrefixes: OwnPrefixes;
  readonly ownChain: OwnChain;
  /** Told of each plugin that comes. */
  readonly onArrival: (plugin: Plugin, options: unknown) => void;
}

/** A copy of a plugin, and the one that takes its place; undefined: there is none. */
export interface Change {
  readonly old: Guest | undefined;
  readonly next: Guest | undefined;
}

/** The options of a plugin among all plugins, as the settings have them now. Throws a SettingsError. */
export type OptionsOf = (plugin: Plugin, all: readonly Plugin[]) => unknown;

/**
 * Puts the next copy of a plugin in the place of the old one, between two requests. Rejects with a SettingsError when it
 * cannot be, in which case all is as it was. Requests inside the old copy finish there; then it is closed.
 */
export async function swapGuest(parts: SwapParts, { old, next }: Change, optionsOf: OptionsOf): Promise<void> {
  const { book, host } = parts;
  const leaving = book.entries.find(({ guest }) => guest === old);
  const guests = [...book.entries.map(({ guest }) => guest).filter((guest) => guest !== old), ...(next ? [next] : [])];
  const problem = findMisfit(parts.core, guests)?.problem ?? changeProblem(leaving, next, parts.directory);
  if (problem !== undefined) throw new SettingsError([problem]);
  const options = next && optionsOf(next.plugin, [...parts.core, ...guests.map(({ plugin }) => plugin)]);
  if (next !== undefined) refuseWrongRoutes(next, options, parts.directory);

  const left = host.loaded.find(({ plugin }) => plugin === leaving?.plugin);
  const entry = next && book.receive(next);
  const instance = entry && (await entry.plugin.setup(parts.toHost(entry.plugin), (options ?? {}) as never));
  const loaded = entry && instance && { plugin: entry.plugin, instance };
  try {
    await loaded?.instance.start?.();
    await loaded?.instance.ready?.();
    if (entry && instance) entry.mount = book.mountOf(entry, instance);
    commit();
  } catch (error) {
    await instance?.close?.();
    if (error instanceof SettingsError || entry === undefined) throw error;
    throw new SettingsError([entry.guest.problem("endpoints", error)]);
  }

  function commit(): void {
    const { application, ownPrefixes, directory, ownChain } = parts;
    const undo: (() => void)[] = [];
    try {
      undo.push(application.replace(leaving?.mount, entry?.mount));
      undo.push(host.replace(leaving?.plugin, loaded));
      ownPrefixes.replace(application.prefixes, directory.routes);
      undo.push(() => ownPrefixes.replace(application.prefixes));
      directory.reopen();
      ownChain.replace(host.own);
    } catch (error) {
      for (const step of undo) step();
      throw error;
    }
    if (leaving && left) book.letOut(leaving, left.instance);
    if (entry) {
      book.letIn(entry);
      parts.onArrival(entry.plugin, options);
    }
  }
}

/** What keeps the old copy in its place. */
function changeProblem(
  leaving: Entry | undefined,
  next: Guest | undefined,
  { routes }: Directory,
): SettingProblem | undefined {
  if (leaving === undefined) return undefined;
  const { plugin } = leaving.guest;
  const { label, path } = leaving.guest.file;
  if (next === undefined || next.plugin.name !== plugin.name) return removalProblem(leaving.guest, routes);
  if (!isDeepStrictEqual(toJson(plugin.routeOptions), toJson(next.plugin.routeOptions))) {
    const wanted = "the same as before: routes have been checked against them, a restart takes others";
    return { path: `plugin ${label}: routeOptions`, wanted, got: "others", source: path };
  }
  const dropped = plugin.enforces?.find((policy) => next.plugin.enforces?.includes(policy) !== true);
  if (dropped === undefined) return undefined;
  return { path: `plugin ${label}: enforces`, wanted: `${dropped}, as before`, got: "none", source: path };
}

/** What routes have said to the old copy, the next one must be able to take. */
function refuseWrongRoutes({ plugin, file }: Guest, options: unknown, { routes }: Directory): void {
  const problems = routes.flatMap((route) =>
    routeProblems(route, { [plugin.name]: options }, [plugin]).map(({ path, wanted, got }) => ({
      path: `${route.pathPrefix}: ${path}`,
      wanted,
      got,
      source: file.path,
    })),
  );
  if (problems.length > 0) throw new SettingsError(problems);
}

function toJson(schema: unknown): unknown {
  return schema === undefined ? undefined : JSON.parse(JSON.stringify(schema));
}
