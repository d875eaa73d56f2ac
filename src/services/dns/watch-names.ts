import { isDeepStrictEqual } from "node:util";
import type { Clock, Log } from "@isaas/gateway-sdk/plugin";
import type { InstanceInfo } from "@isaas/gateway-sdk/services";
import type { DnsTarget } from "./dns-target.ts";
import { findInstances, type Found } from "./find-instances.ts";
import type { Resolver } from "./resolver.ts";

export interface WatchOptions {
  readonly targets: readonly DnsTarget[];
  readonly resolver: Resolver;
  readonly clock: Clock;
  readonly log: Log;
  /** From one round to the next, in milliseconds, ±10 %; default 10,000: a change serves within 30 s, also when one round fails. */
  readonly everyMs?: number;
}

export interface NameWatch {
  /** Asks for all names now and then again and again. Resolves after the first round, also when nothing was found. */
  start(): Promise<void>;
  /** Nothing is asked, published or logged any more. */
  close(): void;
}

/**
 * Follows names: publishes all their instances, ordered by id, whenever the set has changed. A name that stops
 * resolving keeps the instances it had, for as long as it takes.
 */
export function watchNames(options: WatchOptions, publish: (instances: readonly InstanceInfo[]) => void): NameWatch {
  const { targets, resolver, clock, log, everyMs = 10_000 } = options;
  const known = new Map<DnsTarget, Found>();
  let published: readonly InstanceInfo[] = [];
  let timer: ReturnType<typeof setTimeout> | undefined;
  let closed = false;

  const round = async (): Promise<void> => {
    const startedMs = clock.monotonic();
    const answers = await Promise.all(
      targets.map((target) => findInstances(target, resolver, known.get(target)?.instances ?? [])),
    );
    if (closed) return;
    // Many gateways that started together must not ask together for ever.
    const nextMs = startedMs + everyMs * (0.9 + 0.2 * Math.random());
    timer = setTimeout(() => void round(), Math.max(0, nextMs - clock.monotonic()));
    for (const [index, target] of targets.entries()) {
      const found = answers[index];
      if (found === undefined) continue;
      logChange(log, target, known.get(target), found);
      known.set(target, found);
    }
    const instances = toSet(answers.flatMap((found) => found.instances));
    if (isDeepStrictEqual(instances, published)) return;
    published = instances;
    publish(instances);
  };
  return {
    start: round,
    close() {
      closed = true;
      clearTimeout(timer);
    },
  };
}

/** Two names may lead to one instance: the first one counts. */
function toSet(instances: readonly InstanceInfo[]): readonly InstanceInfo[] {
  const byId = new Map(instances.toReversed().map((instance) => [instance.id, instance]));
  return [...byId.values()].toSorted((a, b) => (a.id < b.id ? -1 : 1));
}

/** One line when a name starts to fail and one when all is well again, however many rounds lie between. */
function logChange(log: Log, { name }: DnsTarget, before: Found | undefined, { failure, instances }: Found): void {
  if (failure !== undefined && before?.failure === undefined) {
    const fields = { name, unresolved: failure.name, code: failure.code, kept: instances.length };
    log.warn(fields, "a name does not resolve; its last good instances are kept");
  }
  if (failure === undefined && before?.failure !== undefined) {
    log.info({ name, instances: instances.length }, "a name resolves again");
  }
}
