import type { Readable } from "node:stream";

/** A line of the gateway's log. */
export interface LogLine extends Readonly<Record<string, unknown>> {
  readonly level: string;
  readonly msg: string;
}

/** What a process writes, line by line. */
export class LogLines {
  readonly lines: LogLine[] = [];
  readonly #watchers = new Set<() => void>();

  constructor(stream: Readable) {
    let rest = "";
    stream.setEncoding("utf8").on("data", (text: string) => {
      const lines = (rest + text).split("\n");
      rest = lines.pop() ?? "";
      this.lines.push(...lines.filter((line) => line !== "").map(toLine));
      for (const look of this.#watchers) look();
    });
  }

  /** The first line that fits, now or within so many milliseconds. */
  waitFor(fits: (line: LogLine) => boolean, limitMs: number): Promise<LogLine> {
    return new Promise((resolve, reject) => {
      const look = (): void => {
        const found = this.lines.find(fits);
        if (found === undefined) return;
        this.#watchers.delete(look);
        clearTimeout(timer);
        resolve(found);
      };
      const timer = setTimeout(() => {
        this.#watchers.delete(look);
        const last = this.lines.slice(-5).map((line) => JSON.stringify(line));
        reject(new Error(`no such log line within ${limitMs} ms; the last ones are\n${last.join("\n")}`));
      }, limitMs);
      this.#watchers.add(look);
      look();
    });
  }
}

function toLine(text: string): LogLine {
  try {
    return JSON.parse(text) as LogLine;
  } catch {
    // A plugin's own console.
    return { level: "raw", msg: text };
  }
}
