import { readFileSync } from "node:fs";

/** Who runs where; undefined cores mean that the system decides. */
export interface Placement {
  readonly proxyCore: number | undefined;
  readonly loadCore: number | undefined;
  readonly note: string;
}

export function choosePlacement(): Placement {
  const [proxyCore, loadCore] = allowedCores();
  const unpinned = { proxyCore: undefined, loadCore: undefined };
  if (loadCore === undefined) return { ...unpinned, note: "unpinned: there is one core only, shared by all" };
  if (Bun.which("taskset") === null) return { ...unpinned, note: "unpinned: taskset is not installed" };
  return { proxyCore, loadCore, note: `proxy on core ${proxyCore}, load and upstream on core ${loadCore}` };
}

export function pinnedCommand(command: readonly string[], core: number | undefined): string[] {
  return core === undefined ? [...command] : ["taskset", "-c", String(core), ...command];
}

/** A container may own cores 4 and 5 and no core 0. */
function allowedCores(): number[] {
  const status = readFileSync("/proc/self/status", "latin1");
  return parseCoreList(/^Cpus_allowed_list:\s*(\S+)$/m.exec(status)?.[1] ?? "0");
}

/** `0-2,5` -> 0, 1, 2, 5 */
export function parseCoreList(list: string): number[] {
  return list.split(",").flatMap((range) => {
    const [first = 0, last = first] = range.split("-").map(Number);
    return Array.from({ length: last - first + 1 }, (_, offset) => first + offset);
  });
}
