import type { Clock, Log } from "@isaas/gateway-sdk/plugin";
import { type KeyPair, readKeyRecord } from "./key-record.ts";
import type { Sealer } from "./sealer.ts";

/**
 * So long an unreadable record is left alone: while gateways change to another secret one by one, those with the old
 * secret must not throw the new keys away.
 */
const unreadableMs = 3_600_000;

export interface KeyRingOptions {
  readonly sealer: Sealer;
  readonly purpose: string;
  readonly clock: Clock;
  readonly log: Log;
}

interface Opened {
  readonly sealed: string;
  readonly key: KeyPair | undefined;
  readonly atMs: number;
}

/** The keys of one purpose, each opened once and ready for use. */
export class KeyRing {
  readonly #options: KeyRingOptions;
  #opened: ReadonlyMap<string, Opened> = new Map();
  #keys: readonly KeyPair[] = [];
  #settled: Promise<void> = Promise.resolve();

  constructor(options: KeyRingOptions) {
    this.#options = options;
  }

  /** In the order in which they sign, the same on all gateways. */
  get keys(): readonly KeyPair[] {
    return this.#keys;
  }

  /** When all that was there to read is read. Never rejects. */
  get settled(): Promise<void> {
    return this.#settled;
  }

  /** Reads sealed records by their names, as they are once those asked for before are read. */
  read(records: () => ReadonlyMap<string, string>): Promise<void> {
    this.#settled = this.#settled.then(() => this.#read(records()));
    return this.#settled;
  }

  /** Names of records that nobody needs: their key is none of these, or could not be read for an hour. */
  uselessNames(needed: ReadonlySet<KeyPair>): string[] {
    const nowMs = this.#options.clock.now();
    const isUseless = ({ key, atMs }: Opened): boolean =>
      key === undefined ? nowMs - atMs > unreadableMs : !needed.has(key);
    return [...this.#opened].filter(([, opened]) => isUseless(opened)).map(([name]) => name);
  }

  async #read(records: ReadonlyMap<string, string>): Promise<void> {
    const mine = [...records].filter(([name]) => name.startsWith(`${this.#options.purpose}/`));
    const opened = mine.map(async ([name, sealed]): Promise<[string, Opened]> => {
      const known = this.#opened.get(name);
      return [name, known?.sealed === sealed ? known : await this.#open(name, sealed)];
    });
    this.#opened = new Map(await Promise.all(opened));
    this.#keys = [...this.#opened.values()].flatMap(({ key }) => key ?? []).sort(bySigning);
  }

  async #open(name: string, sealed: string): Promise<Opened> {
    const { sealer, purpose, clock, log } = this.#options;
    const text = await sealer.open(sealed);
    const key = text === undefined ? undefined : await readKeyRecord(text, purpose);
    if (key === undefined) log.warn({ key: name }, "a signing key does not open with the secret key, and is not used");
    return { sealed, key, atMs: clock.now() };
  }
}

function bySigning(a: KeyPair, b: KeyPair): number {
  return a.signsFromMs - b.signsFromMs || (a.kid < b.kid ? -1 : 1);
}
