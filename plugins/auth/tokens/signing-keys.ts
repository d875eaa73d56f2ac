import type { JWK } from "jose";
import type { Clock, Log } from "@isaas/gateway-sdk/plugin";
import { type Store, StoreAwayError, type Table } from "@isaas/gateway-sdk/store";
import type { SigningAlgorithm } from "./algorithms.ts";
import { KeyRing } from "./key-ring.ts";
import { type KeyPair, makeKeyRecord } from "./key-record.ts";
import { KeySchedule } from "./key-schedule.ts";
import type { Sealer } from "./sealer.ts";
import type { Key, OwnKeys, SigningKey } from "./token-keys.ts";

const longestPauseMs = 60_000;

export interface SigningKeysOptions {
  /** Shared by all purposes. */
  readonly table: Table;
  readonly store: Pick<Store, "available" | "members" | "onAvailable">;
  readonly sealer: Sealer;
  /** What the keys sign, in one word without a slash. Those of one purpose never check what another's signed. */
  readonly purpose: string;
  readonly algorithm: SigningAlgorithm;
  /** How long a key signs before the next one does, in milliseconds. */
  readonly periodMs: number;
  /** How long what is signed counts at most, in milliseconds: so long the key goes on checking it. */
  readonly lifeMs: number;
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * Key pairs that all gateways share. The leading one makes the next key before it is due and clears away those whose
 * last token has ended; any of them makes the first, when it needs one and there is none.
 */
export class SigningKeys implements OwnKeys {
  readonly #options: SigningKeysOptions;
  readonly #schedule: KeySchedule;
  readonly #ring: KeyRing;
  /** Made while the store was away: used here at once, and everywhere when it is back. */
  readonly #unsaved = new Map<string, string>();
  #making: Promise<void> | undefined;
  #timer: ReturnType<typeof setInterval> | undefined;

  constructor(options: SigningKeysOptions) {
    const { table, store, algorithm, periodMs } = options;
    this.#options = options;
    this.#schedule = new KeySchedule({ alg: algorithm, periodMs });
    this.#ring = new KeyRing(options);
    table.onChange(() => void this.#read());
    store.onAvailable((available) => void (available && this.tend()));
  }

  /** When the store is loaded. Never rejects. */
  async start(): Promise<void> {
    await this.#read();
    await this.tend();
    this.#timer ??= setInterval(() => void this.tend(), Math.min(longestPauseMs, this.#schedule.leadMs / 2));
  }

  close(): void {
    clearInterval(this.#timer);
  }

  async current(): Promise<SigningKey> {
    const known = this.#ready();
    if (known !== undefined) return known;
    await this.#ring.settled;
    if (this.#ready() === undefined) await this.#makeNext();
    const made = this.#ready();
    if (made === undefined) throw new Error("the new signing key was not kept");
    return made;
  }

  find(alg: string, kid: string | undefined): Key | undefined | Promise<Key | undefined> {
    const key = this.#findNow(alg, kid);
    // Another gateway's new key may be on its way through decryption.
    return key ?? this.#ring.settled.then(() => this.#findNow(alg, kid));
  }

  /** The public halves of all keys that sign, did, or will; RFC 7517 section 5. */
  jwks(): JWK[] {
    return this.#live().map(({ publicJwk }) => publicJwk);
  }

  /** Does what is due. Never rejects. */
  async tend(): Promise<void> {
    const { table, store, log } = this.#options;
    try {
      if (this.#unsaved.size > 0) await this.#save();
      // While it is away every gateway leads, and each would make a key.
      if (!store.available || !store.members.leading) return;
      await this.#ring.settled;
      if (this.#dueMs() !== undefined) await this.#makeNext();
      const useless = this.#ring.uselessNames(new Set(this.#live()));
      if (useless.length > 0) await table.put(new Map(useless.map((name) => [name, undefined])));
    } catch (error) {
      // The next turn tries again.
      if (!(error instanceof StoreAwayError))
        log.error({ error: String(error) }, "signing keys cannot be kept in order");
    }
  }

  #read(): Promise<void> {
    return this.#ring.read(() => new Map([...this.#unsaved, ...this.#options.table.entries]));
  }

  #live(): readonly KeyPair[] {
    const { keys } = this.#ring;
    const nowMs = this.#options.clock.now();
    return keys.filter((key) => !this.#schedule.isOver(key, keys, nowMs));
  }

  #ready(): SigningKey | undefined {
    const key = this.#schedule.current(this.#live(), this.#options.clock.now());
    return key === undefined ? undefined : { alg: key.alg, kid: key.kid, key: key.privateKey };
  }

  #findNow(alg: string, kid: string | undefined): Key | undefined {
    return this.#live().find((key) => key.kid === kid && key.alg === alg)?.publicKey;
  }

  #dueMs(): number | undefined {
    return this.#schedule.nextFromMs(this.#ring.keys, this.#options.clock.now());
  }

  #makeNext(): Promise<void> {
    this.#making ??= this.#make().finally(() => {
      this.#making = undefined;
    });
    return this.#making;
  }

  /** Among gateways that make one at the same time the first to commit wins, and the others take its key. */
  async #make(): Promise<void> {
    const { table, sealer, purpose, algorithm: alg, lifeMs, log } = this.#options;
    const signsFromMs = this.#dueMs();
    if (signsFromMs === undefined) return;
    const record = await sealer.seal(await makeKeyRecord({ purpose, alg, signsFromMs, lifeMs }));
    const name = `${purpose}/${crypto.randomUUID()}`;
    try {
      for (;;) {
        const base = table.version;
        await this.#read();
        if (this.#dueMs() === undefined) return;
        if (await table.commit(new Map([[name, record]]), base)) break;
      }
      log.info({ purpose, alg }, "made a signing key");
    } catch (error) {
      if (!(error instanceof StoreAwayError)) throw error;
      this.#unsaved.set(name, record);
    }
    await this.#read();
  }

  async #save(): Promise<void> {
    const entries = new Map(this.#unsaved);
    await this.#options.table.put(entries);
    for (const name of entries.keys()) this.#unsaved.delete(name);
  }
}
