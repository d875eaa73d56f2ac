import type { Log } from "@isaas/gateway-sdk/plugin";
import { type Changes, StoreAwayError, type Table } from "@isaas/gateway-sdk/store";
import { Replica } from "../replica.ts";
import type { Keys } from "./keys.ts";
import type { RedisLink } from "./redis-link.ts";
import { SharedRun } from "./shared-run.ts";
import { catchUpTable, restoreTable, writeTable } from "./table-scripts.ts";

type Reply = readonly [state: string, way: "same" | "changes" | "all" | "lost", content?: string[]];

/** A table that Redis holds; this copy follows it. table-scripts.ts tells what a state and a change are. */
export class RedisTable extends Replica implements Table {
  readonly name: string;
  readonly keys: readonly [entries: string, state: string, changes: string];
  readonly #channel: string;
  readonly #link: RedisLink;
  readonly #catchUp = new SharedRun(() => this.#follow());
  /** That of Redis when the entries were the same. */
  #state = "";

  constructor(name: string, keys: Keys, link: RedisLink, log: Log) {
    super(log);
    this.name = name;
    this.keys = keys.table(name);
    this.#channel = keys.channel;
    this.#link = link;
  }

  async commit(changes: Changes, base: number): Promise<boolean> {
    if (base !== this.version) return false;
    if (changes.size === 0 || (await this.#write(changes, "commit"))) return true;
    await this.#catchUp.run();
    return false;
  }

  async put(changes: Changes): Promise<void> {
    if (changes.size === 0) return;
    // Not done only where Redis has lost the table: catching up gives it back first.
    for (let attempts = 0; attempts < 3; attempts += 1) {
      if (await this.#write(changes, "put")) return;
      await this.#catchUp.run();
    }
    throw new StoreAwayError({ cause: new Error("Redis loses the table again and again") });
  }

  /** What Redis says the state is. */
  async see(state: string): Promise<void> {
    if (state !== this.#state) await this.#catchUp.run();
  }

  /** A change that somebody published. */
  async hear(change: string): Promise<void> {
    const { before, after, changes } = parseChange(change);
    if (before === this.#state) this.#advance(after, changes());
    else if (!isBehind(after, this.#state)) await this.#catchUp.run();
  }

  async #write(changes: Changes, mode: "commit" | "put"): Promise<boolean> {
    const json = JSON.stringify([...changes].map(([key, text]) => [key, text ?? null]));
    const args = [this.#state, mode, crypto.randomUUID(), json, this.#channel, this.name];
    const [before, after] = (await this.#link.run(writeTable, this.keys, args)) as string[];
    if (before === undefined || after === undefined) return false;
    if (before === this.#state) this.#advance(after, parseChanges(json));
    // Heard already, or others wrote between.
    else if (after !== this.#state) await this.#catchUp.run();
    return true;
  }

  async #follow(): Promise<void> {
    for (;;) {
      const from = this.#state;
      let reply = (await this.#link.run(catchUpTable, this.keys, [from])) as Reply;
      if (reply[1] === "lost" && this.entries.size > 0) reply = await this.#restore();
      // A change that was heard meanwhile may have led further than the reply does.
      if (this.#state === from && this.#adopt(reply)) return;
    }
  }

  async #restore(): Promise<Reply> {
    const args = [crypto.randomUUID(), JSON.stringify([...this.entries]), this.#channel, this.name];
    return (await this.#link.run(restoreTable, this.keys, args)) as Reply;
  }

  /** False when that was only half of the way. */
  #adopt([state, way, content = []]: Reply): boolean {
    if (way === "lost") this.#state = "";
    if (way === "changes") {
      for (const { after, changes } of content.map(parseChange)) this.#advance(after, changes());
    }
    if (way === "all") {
      this.#state = state;
      this.replace(new Map(Array.from({ length: content.length / 2 }, (_, i) => pair(content, 2 * i))));
    }
    return way !== "lost";
  }

  /** The state first: a listener may write. */
  #advance(state: string, changes: Changes): void {
    this.#state = state;
    this.apply(changes);
  }
}

interface Change {
  readonly before: string;
  readonly after: string;
  changes(): Changes;
}

function parseChange(text: string): Change {
  const [before = "", after = ""] = text.split("\n", 2);
  return { before, after, changes: () => parseChanges(text.slice(before.length + after.length + 2)) };
}

function parseChanges(json: string): Changes {
  return new Map((JSON.parse(json) as [string, string | null][]).map(([key, text]) => [key, text ?? undefined]));
}

/** Whether a state was passed on the way to another; after a failover it may only seem so, then the next look tells. */
function isBehind(state: string, other: string): boolean {
  const [epoch, count] = state.split(" ");
  const [otherEpoch, otherCount] = other.split(" ");
  return epoch === otherEpoch && Number(count) <= Number(otherCount);
}

function pair(texts: readonly string[], at: number): [string, string] {
  return [texts[at] ?? "", texts[at + 1] ?? ""];
}
