import { readdirSync, readFileSync } from "node:fs";

// USER_HZ: the unit of /proc/<pid>/stat is 1/100 s on every Linux that Bun runs on.
const tickUs = 10_000;

/** User and system time of these processes, all their threads included. */
export function cpuTimeUs(processIds: readonly number[]): number {
  return processIds.reduce((sum, id) => {
    const fields = statFields(id);
    return sum + (Number(fields[11]) + Number(fields[12])) * tickUs;
  }, 0);
}

/** Memory of one process that is in use now. */
export function residentMib(processId: number): number {
  const status = readFileSync(`/proc/${processId}/status`, "latin1");
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1]) / 1024;
}

/** The process and everything it has started, such as the workers of nginx. */
export function processTree(rootId: number): number[] {
  const children = new Map<number, number[]>();
  for (const entry of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
    const parentId = parentOf(Number(entry));
    if (parentId !== undefined) children.set(parentId, [...(children.get(parentId) ?? []), Number(entry)]);
  }
  const tree = [rootId];
  for (const id of tree) tree.push(...(children.get(id) ?? []));
  return tree;
}

function parentOf(id: number): number | undefined {
  try {
    return Number(statFields(id)[1]);
  } catch {
    return undefined; // It ended while we were looking.
  }
}

/** From the third field on: the second is the name, which may hold spaces and parentheses. */
function statFields(id: number): string[] {
  const stat = readFileSync(`/proc/${id}/stat`, "latin1");
  return stat.slice(stat.lastIndexOf(")") + 2).split(" ");
}
