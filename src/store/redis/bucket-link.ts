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

  open(): void {
    this.#client = createClient(this.#target, hurried).on("error", (error: unknown) => {
      this.#reason = reasonOf(error);
    });
    this.#client.connect().catch(() => {});
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
