import type { Log } from "@isaas/gateway-sdk/plugin";
import type { Member, Members } from "@isaas/gateway-sdk/store";
import { Listeners } from "../listeners.ts";

/** What was heard longer ago may not be true any more; members are given up after three seconds of silence. */
const freshMs = 2500;

/** The gateways on one Redis, as the last pulse found them. */
export class RedisMembers implements Members {
  readonly self = crypto.randomUUID();
  /** What this gateway tells. */
  data = "";
  /** How many there were, this one included, when that could last be told. */
  lastCount = 1;
  readonly #listeners: Listeners;
  readonly #told: () => void;
  #others: readonly Member[] = [];
  /** How many of the others were there before this one. */
  #before = 0;
  /** Nobody can be heard, and nobody hears. */
  #isAlone = true;
  #heardMs = 0;

  /** `told` is called when there is something new to tell. */
  constructor(log: Log, told: () => void) {
    this.#listeners = new Listeners(log);
    this.#told = told;
  }

  get all(): readonly Member[] {
    const self = { id: this.self, data: this.data };
    return [...this.#others.slice(0, this.#before), self, ...this.#others.slice(this.#before)];
  }

  /** Whoever was stopped for so long that the others may have chosen anew knows nothing until the next pulse. */
  get leading(): boolean {
    return this.#before === 0 && (this.#isAlone || performance.now() - this.#heardMs < freshMs);
  }

  tell(data: string): void {
    this.data = data;
    this.#told();
  }

  onChange(listener: () => void): void {
    this.#listeners.add(listener);
  }

  /** Members by age, this one among them; an empty list leaves it alone. */
  update(members: readonly Member[]): void {
    const ids = this.all.map(({ id }) => id).join();
    this.#isAlone = members.length === 0;
    if (members.length > 0) this.lastCount = members.length;
    this.#heardMs = performance.now();
    this.#others = members.filter(({ id }) => id !== this.self);
    this.#before = Math.max(
      0,
      members.findIndex(({ id }) => id === this.self),
    );
    if (ids !== this.all.map(({ id }) => id).join()) this.#listeners.call();
  }
}
