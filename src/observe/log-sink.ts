import { write as writeAsync, writeSync } from "node:fs";

const flushMs = 100;
const flushBytes = 32 * 1024;
const mostBytes = 8 * 1024 * 1024;

/**
 * Collects log lines and writes them to a file descriptor in pieces, never blocking a request:
 * one write at a time, and when the reader is too slow lines are dropped and counted, not memory spent.
 */
export class LogSink {
  dropped = 0;
  readonly #descriptor: number;
  #lines = "";
  #writing: Buffer | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(descriptor: number) {
    this.#descriptor = descriptor;
  }

  write(line: string): void {
    if (this.#lines.length + line.length > mostBytes) {
      this.dropped += 1;
      return;
    }
    this.#lines += line;
    if (this.#lines.length >= flushBytes) this.#start();
    else this.#timer ??= setTimeout(() => this.#start(), flushMs);
  }

  #start(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#writing !== undefined || this.#lines === "") return;
    if (this.dropped > 0) {
      this.#lines += `${JSON.stringify({ level: "warn", time: new Date().toISOString(), dropped: this.dropped, msg: "log lines dropped: the reader of the log is too slow" })}\n`;
      this.dropped = 0;
    }
    this.#writing = Buffer.from(this.#lines);
    this.#lines = "";
    this.#continue();
  }

  #continue(): void {
    const piece = this.#writing;
    if (piece === undefined) return;
    writeAsync(this.#descriptor, piece, (error, written) => {
      // A full pipe is tried again; a closed one or a full disk must not end the gateway.
      if (error !== null && error.code === "EAGAIN") {
        setTimeout(() => this.#continue(), flushMs);
        return;
      }
      this.#writing = error === null && written < piece.length ? piece.subarray(written) : undefined;
      if (this.#writing !== undefined) this.#continue();
      else if (this.#lines !== "") this.#start();
    });
  }

  /** Writes what is left before the process ends. */
  flush(): void {
    clearTimeout(this.#timer);
    const rest = Buffer.concat([this.#writing ?? Buffer.alloc(0), Buffer.from(this.#lines)]);
    this.#writing = undefined;
    this.#lines = "";
    try {
      for (let at = 0; at < rest.length;) at += writeSync(this.#descriptor, rest, at);
    } catch {
      // Nobody is left to tell.
    }
  }
}
