import { StoreAwayError } from "@isaas/gateway-sdk/store";
import { type RedisClient, createClient } from "./create-client.ts";
import type { RedisTarget } from "./redis-url.ts";
import { reasonOf, reconnect, runScript } from "./run-script.ts";
import type { Script } from "./script.ts";

export interface LinkEvents {
  /** A connection, the one for commands or the one for messages, is there again. */
  connected(): void;
  /** The connection for commands is gone. */
  lost(reason: string): void;
  heard(message: string): void;
}

const earPauseMs = 250;

/** The connections to Redis: one for commands, one that hears. Both come back by themselves, for ever. */
export class RedisLink {
  readonly #target: RedisTarget;
  readonly #channel: string;
  #commands: RedisClient | undefined;
  #ear: RedisClient | undefined;
  #earTimer: ReturnType<typeof setTimeout> | undefined;
  #reason = "no connection yet";

  constructor(target: RedisTarget, channel: string) {
    this.#target = target;
    this.#channel = channel;
  }

  open(events: LinkEvents): void {
    this.#commands = createClient(this.#target)
      .on("ready", () => {
        this.#reason = "the connection was closed";
        events.connected();
      })
      .on("error", (error: unknown) => {
        this.#reason = reasonOf(error);
      })
      .on("close", () => events.lost(this.#reason));
    this.#commands.connect().catch(() => {});
    this.#listen(events);
  }

  /** A new client each time: that of a cluster leaves a listener behind with each attempt to subscribe again. */
  #listen(events: LinkEvents): void {
    const ear = createClient(this.#target);
    this.#ear = ear;
    ear.on("error", () => {});
    ear.on("message", (_: string, message: string) => events.heard(message));
    ear.on("ready", () => {
      ear.subscribe(this.#channel).then(
        () => events.connected(),
        () => reconnect(ear),
      );
    });
    ear.once("close", () => {
      ear.disconnect();
      if (this.#ear === ear) this.#earTimer = setTimeout(() => this.#listen(events), earPauseMs);
    });
    ear.connect().catch(() => {});
  }

  /** Rejects with a StoreAwayError, whatever goes wrong: at once without a connection, in about half a second without an answer. */
  async run(script: Script, keys: readonly string[], args: readonly string[]): Promise<unknown> {
    if (this.#commands === undefined) throw new StoreAwayError({ cause: new Error(this.#reason) });
    return runScript(this.#commands, script, keys, args, this.#reason);
  }

  /** Makes the connection that hears owe an answer: a dead one that is never written to would seem to be quiet only. */
  checkEar(): void {
    if (this.#ear?.status === "ready") this.#ear.ping().catch(() => {});
  }

  close(): void {
    clearTimeout(this.#earTimer);
    this.#commands?.disconnect();
    this.#ear?.disconnect();
    this.#ear = undefined;
  }
}
