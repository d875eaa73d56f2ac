/** How long keep-alive connections are told to close before the port is: without it, a request on its way is lost. */
const graceMs = 1000;
/** How long answers are held back while the port closes. */
const holdMs = 50;

/** The way out: told to callers, then to the listener, then to nobody. */
export class Drain {
  #draining = false;
  #held: Promise<void> | undefined;

  get isDraining(): boolean {
    return this.#draining;
  }

  /**
   * Answers wait for this while the port closes. A caller that waits opens no connection, so that none is in the queue
   * of the port when it closes: those would be reset, whatever they were about to ask.
   */
  get held(): Promise<void> | undefined {
    return this.#held;
  }

  start(): void {
    this.#draining = true;
  }

  /** Resolves when the port is closed. */
  async closePort(longestMs: number, close: () => void): Promise<void> {
    await Bun.sleep(Math.min(graceMs, longestMs));
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#held = promise;
    await Bun.sleep(Math.min(holdMs, longestMs));
    close();
    this.#held = undefined;
    resolve();
  }
}
