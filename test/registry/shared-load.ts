import type { SharedGateway } from "./shared-scene.ts";

/** Something that is done again and again while a test goes on, and must never go wrong. */
export interface Ledger extends AsyncDisposable {
  readonly done: number;
  /** What went wrong, in words. */
  readonly mistakes: readonly string[];
  stop(): Promise<void>;
}

/** Repeats a task, with a pause between; a task tells what went wrong, or nothing. */
function repeat(task: (turn: number) => Promise<string | undefined>, pauseMs: number, workers: number): Ledger {
  const mistakes: string[] = [];
  let done = 0;
  const over = new AbortController();
  const work = async (): Promise<void> => {
    while (!over.signal.aborted) {
      const turn = done;
      done += 1;
      const mistake = await task(turn).catch(String);
      if (mistake !== undefined) mistakes.push(mistake);
      await Bun.sleep(pauseMs);
    }
  };
  const working = Promise.all(Array.from({ length: workers }, work));
  const stop = async (): Promise<void> => {
    over.abort();
    await working;
  };
  return {
    get done() {
      return done;
    },
    mistakes,
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

/** Calls these URLs in turn, 200 times a second at most: every answer has to be 200. */
export function keepCalling(urls: readonly string[]): Ledger {
  return repeat(
    async (turn) => {
      const answer = await fetch(urls[turn % urls.length] ?? "");
      const text = await answer.text();
      return answer.status === 200 ? undefined : `${answer.status} ${text}`;
    },
    20,
    4,
  );
}

/** Renews these instances each second, through one gateway after the other: 200 each time, in two seconds at most. */
export function keepRenewing(gateways: readonly SharedGateway[], service: string, ids: readonly string[]): Ledger {
  return repeat(
    async (turn) => {
      const registry = gateways[turn % gateways.length]?.registry;
      const startMs = performance.now();
      const answers = await Promise.all(ids.map(async (id) => registry?.heartbeat(service, id)));
      const ms = performance.now() - startMs;
      const statuses = answers.map((answer) => answer?.status);
      return statuses.every((status) => status === 200) && ms < 2_000 ? undefined : `${statuses} after ${ms} ms`;
    },
    1_000,
    1,
  );
}
