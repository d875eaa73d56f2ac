/** The part of a process, in Node and in what is like it, that is used here. */
interface Process {
  readonly pid: number;
  prependListener(signal: string, listener: () => void): unknown;
  removeListener(signal: string, listener: () => void): unknown;
  listenerCount(signal: string): number;
  kill(pid: number, signal: string): unknown;
}

const signals = ["SIGTERM", "SIGINT"];

export interface StopSignalActions {
  /** Somebody else listens, too, and will end the process. */
  readonly leave: () => Promise<unknown>;
  /** Nobody else does: when it is done, the process ends as if nobody had listened at all. */
  readonly stop: () => Promise<unknown>;
}

/** Acts on the first SIGTERM or SIGINT, where there are such. Returns how to stop listening. */
export function onStopSignal({ leave, stop }: StopSignalActions): () => void {
  const process: unknown = Reflect.get(globalThis, "process");
  if (!isProcess(process)) return () => {};
  const listeners = signals.map((signal) => [signal, () => void act(signal)] as const);
  const off = (): void => {
    for (const [signal, listener] of listeners) process.removeListener(signal, listener);
  };
  const act = async (signal: string): Promise<void> => {
    // From here on a second signal ends the process, and so does the one that is sent below.
    off();
    if (process.listenerCount(signal) > 0) return void (await leave());
    await stop();
    process.kill(process.pid, signal);
  };
  // Before all others: one that listens once is not counted after it was called.
  for (const [signal, listener] of listeners) process.prependListener(signal, listener);
  return off;
}

function isProcess(value: unknown): value is Process {
  const { prependListener, listenerCount, kill } = Object(value) as Readonly<Record<string, unknown>>;
  return [prependListener, listenerCount, kill].every((method) => typeof method === "function");
}
