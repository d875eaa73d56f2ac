import type { SigningAlgorithm } from "./algorithms.ts";
import type { KeyPair } from "./key-record.ts";

const longestLeadMs = 3_600_000;
/** Clocks differ, and tokens count for half a minute after their end. */
const graceMs = 60_000;

type Scheduled = Pick<KeyPair, "alg" | "signsFromMs" | "lifeMs">;

export interface ScheduleOptions {
  readonly alg: SigningAlgorithm;
  /** How long a key signs, in milliseconds. */
  readonly periodMs: number;
}

/** When keys come, sign and go. Asked with keys in the order in which they sign. */
export class KeySchedule {
  readonly #alg: SigningAlgorithm;
  readonly #periodMs: number;
  /** A key is published so long before it signs: others keep our public keys for a while. */
  readonly leadMs: number;

  constructor({ alg, periodMs }: ScheduleOptions) {
    this.#alg = alg;
    this.#periodMs = periodMs;
    this.leadMs = Math.min(longestLeadMs, periodMs / 10);
  }

  /** The one that signs now; where none does yet, the first that will. */
  current<K extends Scheduled>(keys: readonly K[], nowMs: number): K | undefined {
    const ours = keys.filter(({ alg }) => alg === this.#alg);
    return ours.findLast(({ signsFromMs }) => signsFromMs <= nowMs) ?? ours[0];
  }

  /** When the next key is to sign, if it is time to make it; else undefined. */
  nextFromMs(keys: readonly Scheduled[], nowMs: number): number | undefined {
    const last = keys.findLast(({ alg }) => alg === this.#alg);
    if (last === undefined) return nowMs;
    return nowMs >= last.signsFromMs + this.#periodMs - this.leadMs ? nowMs + this.leadMs : undefined;
  }

  /** Whether the last token signed with a key has ended. */
  isOver(key: Scheduled, keys: readonly Scheduled[], nowMs: number): boolean {
    const next = keys.find(({ alg, signsFromMs }) => alg === key.alg && signsFromMs > key.signsFromMs);
    // Of an algorithm that this gateway does not use another one may make keys: those end by their age.
    const longestFromMs = key.signsFromMs + this.#periodMs + this.leadMs;
    const signsUntilMs = next?.signsFromMs ?? (key.alg === this.#alg ? Infinity : longestFromMs);
    return nowMs > signsUntilMs + key.lifeMs + graceMs;
  }
}
