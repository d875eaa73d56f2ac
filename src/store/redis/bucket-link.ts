import { StoreAwayError } from "@isaas/gateway-sdk/store";
import { createClient, hurried, type RedisClient } from "./create-client.ts";
import type { RedisTarget } from "./redis-url.ts";
import { reasonOf, reconnect, runScript } from "./run-script.ts";
import type { Script } from "./script.ts";

const answerMs = 50;
const graceMs = 20;

/** The connection of the buckets: requests wait for it, so it gives up in 50 ms, and shares no queue with anything slow. */
export class BucketLink {
  readonly #target: RedisTarget;
  #client: RedisClient | undefined;
  #reason = "no connection yet";

  constructor(target: RedisTarget) {
    this.#target = target;
  }

  /**
   * `known` is what Redis learns with each connection: a first burst that sent it whole, each time, would be late.
   * Resolves when it is connected for the first time.
   */
  async open(known: Script): Promise<void> {
    const client = createClient(this.#target, hurried).on("error", (error: unknown) => {
      this.#reason = reasonOf(error);
    });
    // Of a cluster, one node learns it here, and the others when they are asked.
    const ready = new Promise<void>((resolve) => {
      client.on("ready", () => {
        void client
          .script("LOAD", known.code)
          .catch(() => {})
          .then(() => resolve());
      });
    });
    this.#client = client;
    client.connect().catch(() => {});
    await ready;
  }

  /** Rejects with a StoreAwayError: at once without a connection, after 50 ms without an answer. */
  async run(script: Script, keys: readonly string[], args: readonly string[]): Promise<unknown> {
    const client = this.#client;
    if (client === undefined) throw new StoreAwayError({ cause: new Error(this.#reason) });
    const { promise: late, reject } = Promise.withResolvers<never>();
    const giveUp = (): void => {
      // What is still owed would be done later: the connection goes, and its answers with it.
      reconnect(client);
      reject(new StoreAwayError({ cause: new Error(`no answer in ${answerMs} ms`) }));
    };
    // In two steps: when this process was the one that stood still, the answer is there and only has to be read.
    let timer = setTimeout(() => {
      timer = setTimeout(giveUp, graceMs);
    }, answerMs - graceMs);
    try {
      return await Promise.race([late, runScript(client, script, keys, args, this.#reason)]);
    } finally {
      clearTimeout(timer);
    }
  }

  close(): void {
    this.#client?.disconnect();
  }
}
