import type { InstanceInfo } from "@isaas/gateway-sdk/services";
import type { Caller } from "../../src/services/balance/balancer.ts";
import { Instance } from "../../src/services/instance.ts";

export function instanceInfo(id: string, parts: Partial<InstanceInfo> = {}): InstanceInfo {
  return { id, url: `http://${id}:1`, authority: undefined, weight: 1, open: true, ...parts };
}

/** An instance as a balancer sees it: warm and idle unless said. */
export function createInstance(
  id: string,
  { weight = 1, inFlight = 0, warmth = 1 }: Partial<Pick<Instance, "weight" | "inFlight" | "warmth">> = {},
): Instance {
  return Object.assign(new Instance(instanceInfo(id, { weight }), 0), { inFlight, warmth });
}

/** As many as asked for: i-0, i-1, ... */
export function createInstances(count: number): Instance[] {
  return Array.from({ length: count }, (_, index) => createInstance(`i-${index}`));
}

export function callerWith(headers: Record<string, string> = {}, clientAddress = "192.0.2.1"): Caller {
  return { request: new Request("http://gateway", { headers }), clientAddress };
}

/** How often each was picked, by its id. */
export function countPicks(times: number, pick: () => Instance | undefined): Record<string, number> {
  const counts: Record<string, number> = {};
  for (let round = 0; round < times; round += 1) {
    const id = pick()?.id ?? "nobody";
    counts[id] = (counts[id] ?? 0) + 1;
  }
  return counts;
}
