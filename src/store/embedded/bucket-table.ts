/** Where a key's slot may be: so many in a row, from the place that its low half names. */
const window = 32;
const leastSlots = 1 << 12;
const mostSlots = 1 << 21;

/**
 * When buckets are full again, by 64-bit key, in two typed arrays: 24 bytes a slot, no objects. A slot whose time is over
 * counts as free. The table doubles when a key finds no free slot in its window, up to two million slots (50 MB, room for
 * about 1.8 million buckets in use); beyond that the bucket that is full soonest gives way, so that its owner gets too
 * much once, and nobody is refused wrongly.
 */
export class BucketTable {
  readonly #mostSlots: number;
  /** Of each slot the low and the high half of its key. */
  #keys: Uint32Array = new Uint32Array(2 * leastSlots);
  /** Of each slot when its bucket is full, and how long a whole burst takes to grow: that tells which are used most. */
  #times: Float64Array = new Float64Array(2 * leastSlots);

  constructor(most = mostSlots) {
    this.#mostSlots = most;
  }

  get slots(): number {
    return this.#keys.length / 2;
  }

  /** The slot of a key, valid until the next `add`; -1: it has none. */
  find(high: number, low: number): number {
    const mask = this.slots - 1;
    for (let step = 0; step < window; step += 1) {
      const slot = (low + step) & mask;
      if (this.#keys[2 * slot] === low && this.#keys[2 * slot + 1] === high) return slot;
    }
    return -1;
  }

  fullAtMs(slot: number): number {
    return this.#times[2 * slot] ?? 0;
  }

  update(slot: number, fullAtMs: number, burstMs: number): void {
    this.#times[2 * slot] = fullAtMs;
    this.#times[2 * slot + 1] = burstMs;
  }

  /** For a key that has no slot. */
  add(high: number, low: number, fullAtMs: number, burstMs: number, nowMs: number): void {
    const slot = this.#place(low, nowMs);
    this.#keys[2 * slot] = low;
    this.#keys[2 * slot + 1] = high;
    this.update(slot, fullAtMs, burstMs);
  }

  /** All that are not full. */
  *live(nowMs: number): Generator<{ high: number; low: number; fullMs: number; burstMs: number }> {
    for (let at = 0; at < this.#keys.length; at += 2) {
      const fullMs = (this.#times[at] ?? 0) - nowMs;
      if (fullMs <= 0) continue;
      yield { low: this.#keys[at] ?? 0, high: this.#keys[at + 1] ?? 0, fullMs, burstMs: this.#times[at + 1] ?? 0 };
    }
  }

  #place(low: number, nowMs: number): number {
    const mask = this.slots - 1;
    let soonest = low & mask;
    for (let step = 0; step < window; step += 1) {
      const slot = (low + step) & mask;
      if (this.fullAtMs(slot) <= nowMs) return slot;
      if (this.fullAtMs(slot) < this.fullAtMs(soonest)) soonest = slot;
    }
    if (this.slots >= this.#mostSlots) return soonest;
    this.#grow(nowMs);
    return this.#place(low, nowMs);
  }

  #grow(nowMs: number): void {
    const [keys, times] = [this.#keys, this.#times];
    this.#keys = new Uint32Array(keys.length * 2);
    this.#times = new Float64Array(times.length * 2);
    for (let at = 0; at < keys.length; at += 2) {
      const fullAtMs = times[at] ?? 0;
      if (fullAtMs > nowMs) this.add(keys[at + 1] ?? 0, keys[at] ?? 0, fullAtMs, times[at + 1] ?? 0, nowMs);
    }
  }
}
