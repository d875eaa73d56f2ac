import type { Instance } from "../instance.ts";
import type { Balancer } from "./balancer.ts";

interface Turn {
  readonly instance: Instance;
  /** What it was owed and did not get yet; below 0 when it got more. */
  credit: number;
}

/**
 * Each in turn, as often as its share says, and never many times in a row: whoever is owed most goes next.
 * This is nginx's smooth weighted round robin; equal shares make it a plain one.
 */
export function createTurns(shareOf: (instance: Instance) => number): Balancer {
  let known: readonly Instance[] = [];
  let turns: readonly Turn[] = [];

  function follow(instances: readonly Instance[]): void {
    const credits = new Map(turns.map(({ instance, credit }) => [instance, credit]));
    turns = instances.map((instance) => ({ instance, credit: credits.get(instance) ?? 0 }));
    known = instances;
  }

  return function next(instances) {
    if (instances !== known) follow(instances);
    let total = 0;
    let chosen: Turn | undefined;
    for (const turn of turns) {
      const share = shareOf(turn.instance);
      total += share;
      turn.credit += share;
      if (chosen === undefined || turn.credit > chosen.credit) chosen = turn;
    }
    if (chosen !== undefined) chosen.credit -= total;
    return chosen?.instance;
  };
}
