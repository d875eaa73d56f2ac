import type { Log } from "@isaas/gateway-sdk/plugin";

const everyMs = 10_000;

interface Refusals {
  readonly rule: string;
  readonly service: string;
  refused: number;
}

/** Tells how many requests shadow mode would have refused: in ten seconds one line for each rule of each service. */
export class ShadowLog {
  readonly #log: Log;
  readonly #everyMs: number;
  readonly #refusals = new Map<string, Refusals>();
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(log: Log, every = everyMs) {
    this.#log = log;
    this.#everyMs = every;
  }

  wouldRefuse(rule: string, service: string): void {
    const key = `${service} ${rule}`;
    const known = this.#refusals.get(key);
    if (known === undefined) this.#refusals.set(key, { rule, service, refused: 1 });
    else known.refused += 1;
    this.#timer ??= setTimeout(() => this.tell(), this.#everyMs).unref();
  }

  /** Tells what was counted since it last did. */
  tell(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    for (const refusals of this.#refusals.values()) {
      this.#log.info(refusals, "shadow mode: would have refused requests");
    }
    this.#refusals.clear();
  }
}
