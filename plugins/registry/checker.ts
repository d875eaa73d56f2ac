import type { Check } from "./health.ts";
import type { Probe } from "./probe.ts";
import type { InstanceRecord } from "./record.ts";

/** So many checks run at once; the others wait. */
const mostAtOnce = 512;
/** A new instance is looked at again soon: it may have registered a moment before it listens. */
const firstRetryMs = 1000;
const jitter = 0.1;

interface Watched {
  record: InstanceRecord;
  timer: ReturnType<typeof setTimeout> | undefined;
  /** Counted up whenever what runs or waits is out of date. */
  turn: number;
  /** How many checks it had without being found well; undefined once it was. */
  triesAtStart: number | undefined;
  isChecking: boolean;
  /** Wanted again right after the check that runs. */
  isUrgent: boolean;
}

export interface CheckerOptions {
  readonly probe: Probe;
  readonly onCheck: (key: string, check: Check) => void;
  readonly random?: () => number;
}

/**
 * Looks at each instance at its own interval, give or take a tenth. After the first check the next one comes somewhere
 * within the interval, so that instances which registered together are not checked together ever after.
 */
export class Checker {
  readonly #probe: Probe;
  readonly #onCheck: CheckerOptions["onCheck"];
  readonly #random: () => number;
  readonly #watched = new Map<string, Watched>();
  readonly #waiting: (() => Promise<void>)[] = [];
  #running = 0;

  constructor({ probe, onCheck, random = Math.random }: CheckerOptions) {
    this.#probe = probe;
    this.#onCheck = onCheck;
    this.#random = random;
  }

  get size(): number {
    return this.#watched.size;
  }

  /** Checks at once, and from then on at the record's interval; a record that is watched already is replaced. */
  watch(key: string, record: InstanceRecord): void {
    this.drop(key);
    const watched = toWatched(record, 0);
    this.#watched.set(key, watched);
    this.#enqueue(key, watched);
  }

  /** Takes over what another gateway checked until now: the next check comes within the interval, not at once. */
  adopt(key: string, record: InstanceRecord): void {
    this.drop(key);
    const watched = toWatched(record, undefined);
    this.#watched.set(key, watched);
    this.#later(key, watched, record.check_interval * 1000 * this.#random());
  }

  /** Checks at once what is watched; where a check runs already, right after it. */
  hurry(key: string): void {
    const watched = this.#watched.get(key);
    if (watched?.isChecking === true) watched.isUrgent = true;
    else if (watched !== undefined) this.#enqueue(key, watched);
  }

  drop(key: string): void {
    const watched = this.#watched.get(key);
    if (watched === undefined) return;
    clearTimeout(watched.timer);
    watched.turn += 1;
    this.#watched.delete(key);
  }

  clear(): void {
    for (const key of this.#watched.keys()) this.drop(key);
    this.#waiting.length = 0;
  }

  #enqueue(key: string, watched: Watched): void {
    clearTimeout(watched.timer);
    watched.turn += 1;
    const { turn } = watched;
    this.#waiting.push(async () => {
      if (watched.turn !== turn) return;
      watched.isChecking = true;
      const check = await this.#probe(watched.record);
      watched.isChecking = false;
      if (watched.turn !== turn) return;
      this.#onCheck(key, check);
      // The listener may have dropped it.
      if (watched.turn !== turn) return;
      this.#later(key, watched, watched.isUrgent ? 0 : this.#pauseMs(watched, check));
      watched.isUrgent = false;
    });
    this.#run();
  }

  #run(): void {
    while (this.#running < mostAtOnce) {
      const task = this.#waiting.shift();
      if (task === undefined) return;
      this.#running += 1;
      void task().finally(() => {
        this.#running -= 1;
        this.#run();
      });
    }
  }

  #pauseMs(watched: Watched, check: Check): number {
    const intervalMs = watched.record.check_interval * 1000;
    const tries = watched.triesAtStart;
    if (tries === undefined) return intervalMs * (1 - jitter + 2 * jitter * this.#random());
    if (check.ok) {
      watched.triesAtStart = undefined;
      return intervalMs * Math.max(0.1, this.#random());
    }
    watched.triesAtStart = tries + 1;
    return Math.min(intervalMs, firstRetryMs * 2 ** tries) * (1 - jitter + 2 * jitter * this.#random());
  }

  #later(key: string, watched: Watched, ms: number): void {
    watched.timer = setTimeout(() => this.#enqueue(key, watched), ms);
    watched.timer.unref();
  }
}

function toWatched(record: InstanceRecord, triesAtStart: number | undefined): Watched {
  return { record, timer: undefined, turn: 0, triesAtStart, isChecking: false, isUrgent: false };
}
