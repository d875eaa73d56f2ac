import { keyOf, serviceOf } from "../../../plugins/registry/record.ts";
import { Sweeper } from "../../../plugins/registry/sweeper.ts";
import { createManualClock } from "../../support/manual-clock.ts";
import { openParts, type Parts, toRegistration } from "./parts.ts";

/** An instance as the model knows it: when it last got a lease, and whether it still sends heartbeats. */
export interface Modelled {
  readonly key: string;
  readonly leaseMs: number;
  silent: boolean;
  nextBeatMs: number;
  leaseEndMs: number;
}

/** The real sweeper over the real leases and catalogue, with a clock of its own, beside a model too simple to be wrong. */
export class LeaseWorld {
  readonly instances = new Map<string, Modelled>();
  /** When most of a service were last seen silent by a sweep, and how long the shortest of its heartbeats is. */
  readonly guarded = new Map<string, { atMs: number; beatMs: number }>();
  readonly clock = createManualClock();
  readonly parts: Parts;
  readonly #sweeper: Sweeper;
  #gone: string[] = [];
  #lastSweepMs: number | undefined;
  #born = 0;

  static async create(): Promise<LeaseWorld> {
    const clock = createManualClock();
    return new LeaseWorld(clock, await openParts({}, clock));
  }

  private constructor(clock: LeaseWorld["clock"], parts: Parts) {
    this.clock = clock;
    this.parts = parts;
    const evict = async (keys: readonly string[]): Promise<void> => {
      this.#gone.push(...keys);
      await parts.registrar.remove(keys, "lease ran out");
    };
    this.#sweeper = new Sweeper({ clock, log: parts.log, catalogue: parts.catalogue, leases: parts.leases, evict });
  }

  get nowMs(): number {
    return this.clock.monotonic();
  }

  of(service: string): Modelled[] {
    return [...this.instances.values()].filter(({ key }) => serviceOf(key) === service);
  }

  async register(service: string, leaseSeconds: number): Promise<void> {
    const id = `i${(this.#born += 1)}`;
    const body = { service_name: service, instance_id: id, port: 1000 + this.#born, lease_seconds: leaseSeconds };
    await this.parts.registrar.register(toRegistration(body));
    const leaseMs = leaseSeconds * 1000;
    const key = keyOf(service, id);
    const nextBeatMs = this.nowMs + beatMsOf(leaseMs);
    this.instances.set(key, { key, leaseMs, silent: false, nextBeatMs, leaseEndMs: this.nowMs + leaseMs });
  }

  async remove({ key }: Modelled): Promise<void> {
    this.instances.delete(key);
    await this.parts.registrar.remove([key], "removed");
  }

  /** Everybody who is not silent sends the heartbeats that are due. */
  async beat(): Promise<void> {
    for (const instance of this.instances.values()) {
      if (instance.silent || instance.nextBeatMs > this.nowMs) continue;
      const record = this.parts.catalogue.at(instance.key);
      if (record === undefined) throw new Error(`${instance.key} renews in time and is not there`);
      await this.parts.registrar.renew(record);
      instance.leaseEndMs = this.nowMs + instance.leaseMs;
      instance.nextBeatMs = this.nowMs + beatMsOf(instance.leaseMs);
    }
  }

  /** One sweep; those who went by it. */
  async sweep(): Promise<Modelled[]> {
    if (this.#lastSweepMs !== undefined && this.nowMs - this.#lastSweepMs > 2000) {
      for (const instance of this.instances.values()) instance.leaseEndMs = this.nowMs + instance.leaseMs;
    }
    this.#lastSweepMs = this.nowMs;
    const services = new Set([...this.instances.keys()].map(serviceOf));
    const silent = new Set([...services].filter((service) => this.#isMostlySilent(service)));
    this.#gone = [];
    await this.#sweeper.sweep();
    const gone = this.#gone.map((key) => {
      const instance = this.instances.get(key);
      if (instance === undefined) throw new Error(`${key} went twice`);
      return instance;
    });
    for (const service of silent) {
      const beatMs = Math.min(...this.of(service).map(({ leaseMs }) => leaseMs)) / 3;
      this.guarded.set(service, { atMs: this.nowMs, beatMs });
    }
    for (const { key } of gone) this.instances.delete(key);
    return gone;
  }

  #isMostlySilent(service: string): boolean {
    const instances = this.of(service);
    const missing = instances.filter(({ leaseEndMs, leaseMs }) => leaseEndMs - this.nowMs <= leaseMs / 2);
    return instances.length > 1 && missing.length * 2 > instances.length;
  }
}

/** As the registry tells instances to send them: whole seconds, a third of the lease. */
function beatMsOf(leaseMs: number): number {
  return Math.floor(leaseMs / 3000) * 1000;
}
