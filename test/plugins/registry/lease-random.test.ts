import { expect, test } from "bun:test";
import { serviceOf } from "../../../plugins/registry/record.ts";
import { createRandom, pick } from "../../support/random.ts";
import { LeaseWorld, type Modelled } from "./lease-world.ts";

const services = ["a_service", "b_service", "c_service"] as const;
const leases = [3, 4, 10, 30, 60] as const;
const longestBeatMs = 20_000;

type Random = () => number;

/** Something that happens to instances or to the whole gateway. */
async function happen(world: LeaseWorld, random: Random): Promise<void> {
  const chance = random();
  const service = pick(random, services);
  const instances = world.of(service);
  const one = instances[Math.floor(random() * instances.length)];
  if (chance < 0.2 && instances.length < 25) await world.register(service, pick(random, leases));
  else if (chance < 0.27 && one !== undefined) one.silent = true;
  else if (chance < 0.3 && one !== undefined) wake(world, one);
  else if (chance < 0.31 && one !== undefined) await world.remove(one);
  else if (chance < 0.32 && one !== undefined) await world.parts.registrar.setDraining(one.key, random() < 0.5);
  else if (chance < 0.325) for (const each of instances) each.silent = random() < 0.8;
  else if (chance < 0.34) for (const each of instances) wake(world, each);
  else if (chance < 0.346) world.clock.pass(1000 * Math.ceil(random() * 90));
  else if (chance < 0.37) world.clock.pass(900);
}

/** It finds the gateway again and renews at once. */
function wake(world: LeaseWorld, instance: Modelled): void {
  if (!instance.silent) return;
  instance.silent = false;
  instance.nextBeatMs = world.nowMs;
}

interface History {
  readonly seed: number;
  readonly world: LeaseWorld;
  /** When each service last lost somebody while most were silent, and how long the shortest of its heartbeats is. */
  readonly losses: Map<string, { readonly atMs: number; readonly beatMs: number }>;
  went: number;
  wentGuarded: number;
}

/** Sweeps, and checks who went. */
async function sweepJustly(history: History): Promise<void> {
  const { seed, world, losses } = history;
  const counts = new Map(services.map((service) => [service, world.of(service).length]));
  const gone = await world.sweep();
  for (const [service, count] of counts) {
    const where = `seed ${seed}, ${world.nowMs} ms, ${service}`;
    const of = gone.filter(({ key }) => serviceOf(key) === service);
    if (of.length === 0) continue;
    for (const { key, silent, leaseEndMs } of of) {
      if (!silent) throw new Error(`${where}: ${key} renews in time and went`);
      if (leaseEndMs > world.nowMs) throw new Error(`${where}: ${key} went before its time`);
    }
    const last = losses.get(service);
    if (last !== undefined && world.nowMs - last.atMs < last.beatMs) throw new Error(`${where}: lost more too soon`);
    losses.delete(service);
    history.went += of.length;
    const guard = world.guarded.get(service);
    if (guard?.atMs !== world.nowMs) continue;
    losses.set(service, guard);
    history.wentGuarded += of.length;
    const most = Math.max(1, Math.floor(count * 0.15));
    if (of.length > most) throw new Error(`${where}: ${of.length} of ${count} went while most were silent`);
  }
  for (const { key, leaseEndMs } of world.instances.values()) {
    const guardEndsMs = (world.guarded.get(serviceOf(key))?.atMs ?? Number.NEGATIVE_INFINITY) + longestBeatMs;
    if (Math.max(leaseEndMs, guardEndsMs) + 2000 < world.nowMs) {
      throw new Error(`seed ${seed}, ${world.nowMs} ms: ${key} is silent, alone, and still there`);
    }
  }
}

test("60 random histories: who renews stays, who is silent goes, and while most are silent they go slowly", async () => {
  let [went, wentGuarded] = [0, 0];
  for (let seed = 1; seed <= 60; seed += 1) {
    const random = createRandom(seed);
    const world = await LeaseWorld.create();
    const history: History = { seed, world, losses: new Map(), went: 0, wentGuarded: 0 };
    for (let second = 0; second < 300; second += 1) {
      for (let tenth = 0; tenth < 10; tenth += 1) {
        world.clock.pass(100);
        await world.beat();
        if (tenth === 4) await happen(world, random);
      }
      // After a pause, what was sent meanwhile and the timer of the sweep come in any order.
      if (random() < 0.5) await world.beat();
      await sweepJustly(history);
    }
    for (const instance of world.instances.values()) instance.silent = true;
    for (let left = 65 + world.instances.size * 21; left > 0 && world.instances.size > 0; left -= 1) {
      world.clock.pass(1000);
      await sweepJustly(history);
    }
    expect([seed, world.instances.size, world.parts.catalogue.size]).toEqual([seed, 0, 0]);
    expect(await world.parts.leases.expired()).toEqual([]);
    await world.parts.store.close();
    went += history.went;
    wentGuarded += history.wentGuarded;
  }
  // Else nothing was put to the test.
  expect(Math.min(went - wentGuarded, wentGuarded)).toBeGreaterThan(300);
}, 60_000);
