import { readText } from "./read-text.ts";
import { withTimeout } from "./with-timeout.ts";

const stopTimeoutMs = 15_000;
const keptLines = 40;

export interface Launch {
  readonly name: string;
  readonly command: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

type Fields = Readonly<Record<string, unknown>>;

/** A process of the demo, with the last lines it wrote. */
export class Child {
  readonly name: string;
  readonly pid: number;
  /** The exit code, once everything it wrote has been read. */
  readonly exited: Promise<number>;
  readonly #process: Bun.Subprocess<"pipe", "pipe", "pipe">;
  readonly #lines: string[] = [];
  readonly #watchers: ((line: string) => void)[] = [];

  constructor({ name, command, cwd, env }: Launch) {
    this.name = name;
    this.#process = Bun.spawn([...command], {
      cwd,
      // Should the demo be killed without a chance to stop them, Bun's children end by themselves.
      env: { ...env, BUN_FEATURE_FLAG_NO_ORPHANS: "1" },
      stdin: "pipe",
      stdout: "pipe",
      stderr: "pipe",
      // A session of its own keeps the terminal's Ctrl-C from the children: the demo stops them, in order.
      detached: true,
    });
    this.pid = this.#process.pid;
    this.exited = Promise.all([this.#read(this.#process.stdout), this.#read(this.#process.stderr)]).then(
      () => this.#process.exited,
    );
  }

  /** The last lines of its output. */
  get tail(): string {
    return this.#lines.join("\n");
  }

  /** Shows every line from now on. */
  follow(show: (line: string) => void): void {
    this.#watchers.push(show);
  }

  /** The first JSON line that `matches`. Rejects when it does not come in time, or the process ends before. */
  firstLine(matches: (fields: Fields) => boolean, timeoutMs: number): Promise<Fields> {
    const found = new Promise<Fields>((resolve, reject) => {
      const look = (line: string) => {
        const fields = parseFields(line);
        if (fields && matches(fields)) resolve(fields);
      };
      for (const line of this.#lines) look(line);
      this.follow(look);
      this.exited.then((code) => reject(new Error(`${this.name} ended with ${code}\n${this.tail}`)), reject);
    });
    return withTimeout(found, timeoutMs, () => `${this.name} did not start in ${timeoutMs} ms\n${this.tail}`);
  }

  /** SIGTERM, and SIGKILL when that is not enough. */
  async stop(): Promise<void> {
    this.#process.kill("SIGTERM");
    await withTimeout(this.#process.exited, stopTimeoutMs, () => `${this.name} did not stop`).catch(async () => {
      this.#process.kill("SIGKILL");
      await this.#process.exited;
    });
  }

  async #read(stream: ReadableStream<Uint8Array>): Promise<void> {
    let rest = "";
    for await (const text of readText(stream)) {
      const lines = (rest + text).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) this.#take(line);
    }
    if (rest !== "") this.#take(rest);
  }

  #take(line: string): void {
    this.#lines.push(line);
    if (this.#lines.length > keptLines) this.#lines.shift();
    for (const watch of this.#watchers) watch(line);
  }
}

function parseFields(line: string): Fields | undefined {
  if (!line.startsWith("{")) return undefined;
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
