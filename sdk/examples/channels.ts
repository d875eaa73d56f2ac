export interface Message {
  readonly id: number;
  readonly channel: string;
  readonly type: string;
  readonly data: unknown;
  readonly timestamp: string;
}

/** Returns false when it can take no more and wants to be dropped. */
export type Subscriber = (message: Message) => boolean;

const historyLength = 100;

/** Channels in memory: who listens to what, and the last messages for those who come back. */
export class Channels {
  readonly #subscribers = new Map<Subscriber, ReadonlySet<string>>();
  readonly #history: Message[] = [];
  #lastId = 0;

  publish(channel: string, type: string, data: unknown): Message {
    this.#lastId += 1;
    const message = { id: this.#lastId, channel, type, data, timestamp: new Date().toISOString() };
    this.#history.push(message);
    if (this.#history.length > historyLength) this.#history.shift();
    for (const [subscriber, names] of this.#subscribers) {
      if (names.has(channel) && !subscriber(message)) this.#subscribers.delete(subscriber);
    }
    return message;
  }

  /** Hands over what was published after `afterId` first, then all that follows. Returns how to leave. */
  subscribe(names: ReadonlySet<string>, subscriber: Subscriber, afterId = Number.POSITIVE_INFINITY): () => void {
    for (const message of this.#history) if (message.id > afterId && names.has(message.channel)) subscriber(message);
    this.#subscribers.set(subscriber, names);
    return () => this.#subscribers.delete(subscriber);
  }

  list(): { channel: string; subscribers: number }[] {
    const names = new Set(this.#history.map(({ channel }) => channel));
    for (const wanted of this.#subscribers.values()) for (const name of wanted) names.add(name);
    return [...names].toSorted().map((channel) => ({ channel, subscribers: this.#countOf(channel) }));
  }

  #countOf(channel: string): number {
    return [...this.#subscribers.values()].filter((names) => names.has(channel)).length;
  }
}
