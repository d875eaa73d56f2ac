import type { Clock, Log } from "@isaas/gateway-sdk/plugin";
import type { InstanceInfo, InstanceLoad } from "@isaas/gateway-sdk/services";
import type { Balancer, Caller } from "./balance/balancer.ts";
import type { EjectionPolicy, Pardon } from "./ejection.ts";
import type { Instance } from "./instance.ts";
import { RetryBudget } from "./retry-budget.ts";
import { Roster } from "./roster.ts";
import { warm } from "./slow-start.ts";
import { type LinePolicy, WaitingLine } from "./waiting-line.ts";

/** How often shares grow while an instance warms up: finer would cost more and change nothing. */
const warmEveryMs = 250;

/** How many requests may be in flight at once; Infinity for no bound. */
export interface CrowdPolicy {
  readonly perInstance: number;
  readonly perService: number;
  /** Who waits when all places are taken. */
  readonly line: LinePolicy;
}

const nobody: readonly Instance[] = [];

export interface ServiceOptions {
  readonly clock: Clock;
  readonly log: Log;
  /** How long a new instance takes to its full share; 0: it has it at once. */
  readonly slowStartMs: number;
  readonly ejection: EjectionPolicy;
  readonly crowd: CrowdPolicy;
}

/** A named service: who serves it, and who of them gets the next request. */
export class Service {
  readonly name: string;
  readonly retryBudget = new RetryBudget();
  /** Requests for which there was no place. */
  readonly line: WaitingLine;
  #inFlight = 0;
  readonly #options: ServiceOptions;
  readonly #roster = new Roster();
  /** Open and not ejected. Made when something changes, never by a request. */
  #eligible: readonly Instance[] = [];
  /** When that has to be looked at again, on the monotonic clock. */
  #dueMs = Number.POSITIVE_INFINITY;

  constructor(name: string, options: ServiceOptions) {
    this.name = name;
    this.#options = options;
    this.line = new WaitingLine(options.crowd.line);
  }

  get instances(): readonly Instance[] {
    this.#refreshWhenDue();
    return this.#roster.instances;
  }

  /** Whether there is anybody to send a request to. */
  get isAvailable(): boolean {
    return this.#eligible.length > 0;
  }

  /** When one of its instances was last looked at (ISO 8601); null when nobody looks. */
  get lastCheck(): string | null {
    return this.#roster.lastCheck();
  }

  /**
   * Replaces what this source ("settings", "dns", "registry") said before. Instances that are not named any more get no
   * new requests and finish those they have.
   */
  update(source: string, infos: readonly InstanceInfo[], lastCheck?: () => string | null): void {
    const nowMs = this.#options.clock.monotonic();
    this.#roster.update(source, { infos, lastCheck }, nowMs);
    this.#refresh(nowMs);
    this.line.move();
  }

  /** What this source says of it now. */
  instancesOf(source: string): readonly InstanceInfo[] {
    return this.#roster.toldBy(source);
  }

  /** What the instance is doing; undefined when there is none with this id. */
  load(id: string): InstanceLoad | undefined {
    const instance = this.instances.find((one) => one.id === id);
    if (instance === undefined) return undefined;
    const { inFlight, ejection } = instance;
    if (ejection.current === undefined) return { inFlight, ejected: undefined };
    const { clock } = this.#options;
    const { reason, untilMs } = ejection.current;
    return { inFlight, ejected: { untilMs: Math.round(clock.now() + untilMs - clock.monotonic()), reason } };
  }

  /** Whether others get what this instance would get: it is ejected, not well or gone, and some of them are not. */
  isPassedOver(id: string): boolean {
    this.#refreshWhenDue();
    return this.isAvailable && !this.#eligible.some((instance) => instance.id === id);
  }

  /** The instance for a request that comes now, or undefined when there is no place for it. */
  admit(balancer: Balancer, caller: Caller): Instance | undefined {
    return this.#inFlight < this.#options.crowd.perService ? this.pick(balancer, caller, nobody) : undefined;
  }

  /** From now on this instance has one request more. */
  begin(instance: Instance): void {
    instance.inFlight += 1;
    this.#inFlight += 1;
  }

  /** One request less. Whoever waits for a place gets it before anybody who comes later. */
  end(instance: Instance): void {
    instance.inFlight -= 1;
    this.#inFlight -= 1;
    if (!this.line.isEmpty) this.line.move();
  }

  /** An instance with a free place, none of these, or undefined when there is no other. */
  pick(balancer: Balancer, caller: Caller, except: readonly Instance[]): Instance | undefined {
    this.#refreshWhenDue();
    const left = except.length === 0 ? this.#eligible : this.#eligible.filter((instance) => !except.includes(instance));
    const picked = left.length <= 1 ? left[0] : balancer(left, caller);
    const { perInstance } = this.#options.crowd;
    if (picked === undefined || picked.inFlight < perInstance) return picked;
    const free = left.filter(({ inFlight }) => inFlight < perInstance);
    return free.length <= 1 ? free[0] : balancer(free, caller);
  }

  /** The instance gave the head of an answer for which it need not be ashamed. Returns what that forgives. */
  succeeded(instance: Instance): Pardon | undefined {
    return instance.ejection.forgive();
  }

  /** And the whole of it. */
  completed(instance: Instance): void {
    instance.ejection.confirm();
  }

  /** The instance could not be reached, broke off, or said itself that it cannot serve. The reason is for the operator. */
  failed(instance: Instance, reason: string, pardon?: Pardon): void {
    const { ejection: policy, clock, log } = this.#options;
    const { ejection } = instance;
    ejection.fail(pardon);
    if (policy.failures === 0 || ejection.failures < policy.failures || !this.#mayEject(instance)) return;
    const nowMs = clock.monotonic();
    const seconds = ejection.begin(nowMs, reason, policy) / 1000;
    log.warn({ service: this.name, instance: instance.id, reason, seconds }, "an instance is ejected: it fails");
    this.#refresh(nowMs);
  }

  /** Half of them may be wrong, but hardly all: then it is the network, or the requests. */
  #mayEject(instance: Instance): boolean {
    if (!this.#eligible.includes(instance)) return false;
    const open = this.#roster.instances.filter((one) => one.open);
    return open.filter((one) => !one.isEligible).length < Math.floor(open.length / 2);
  }

  #refreshWhenDue(): void {
    if (this.#dueMs === Number.POSITIVE_INFINITY) return;
    const nowMs = this.#options.clock.monotonic();
    if (nowMs >= this.#dueMs) this.#refresh(nowMs);
  }

  #refresh(nowMs: number): void {
    const { instances } = this.#roster;
    for (const instance of instances) {
      const untilMs = untilMsOf(instance);
      if (untilMs <= nowMs) this.#bringBack(instance, untilMs);
    }
    const open = instances.filter((instance) => instance.open);
    const ejected = open.filter((instance) => !instance.isEligible).toSorted((a, b) => untilMsOf(a) - untilMsOf(b));
    // When good ones have left, too many may be out: those whose time ends first need not wait for it.
    const tooMany = Math.max(0, ejected.length - Math.floor(open.length / 2));
    for (const instance of ejected.slice(0, tooMany)) this.#bringBack(instance, nowMs);

    this.#eligible = open.filter((instance) => instance.isEligible);
    const isWarming = warm(this.#eligible, nowMs, this.#options.slowStartMs);
    this.#dueMs = Math.min(isWarming ? nowMs + warmEveryMs : Number.POSITIVE_INFINITY, ...instances.map(untilMsOf));
  }

  #bringBack(instance: Instance, atMs: number): void {
    instance.ejection.end(atMs);
    instance.warmSinceMs = Math.max(instance.warmSinceMs, atMs);
    this.#options.log.info({ service: this.name, instance: instance.id }, "the ejection of an instance is over");
  }
}

/** When its ejection ends; an instance that is not ejected is never waited for. */
function untilMsOf({ ejection }: Instance): number {
  return ejection.current?.untilMs ?? Number.POSITIVE_INFINITY;
}
