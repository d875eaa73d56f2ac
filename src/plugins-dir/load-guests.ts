import type { Plugin } from "@isaas/gateway-sdk/plugin";
import type { SettingProblem } from "../config/problem.ts";
import { carryModules } from "./carried-modules.ts";
import { findMisfit } from "./find-misfit.ts";
import { readFolder } from "./folder.ts";
import { Guest } from "./guest.ts";

export interface Guests {
  readonly guests: readonly Guest[];
  readonly problems: readonly SettingProblem[];
}

/** Imports all plugins of a directory, and finds whatever keeps one of them from standing beside the others. */
export async function loadGuests(directory: string, core: readonly Plugin[]): Promise<Guests> {
  carryModules();
  const { files, folder, refused, problem } = readFolder(directory);
  const problems: SettingProblem[] = [...(problem ? [problem] : []), ...refused.map(({ problem }) => problem)];
  const guests: Guest[] = [];
  for (const file of files) {
    const loaded = await Guest.load(file, folder);
    if (loaded instanceof Guest) guests.push(loaded);
    else problems.push(...loaded);
  }
  for (;;) {
    const misfit = findMisfit(core, guests);
    if (misfit === undefined) return { guests, problems };
    problems.push(misfit.problem);
    guests.splice(guests.indexOf(misfit.guest), 1);
    misfit.guest.dispose();
  }
}
