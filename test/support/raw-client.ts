import { connect } from "node:net";

export interface RawAnswer {
  /** Everything received, as latin1. */
  readonly text: string;
  readonly status: number;
  readonly head: string;
  readonly body: string;
  /** `end`: closed in good order; `reset`: broken off; `open`: still open when the time was over. */
  readonly ending: "end" | "reset" | "open";
  header(name: string): string | undefined;
  headers(name: string): string[];
}

export interface RawCallOptions {
  /** Resolve when this holds of what was received so far, leaving the connection. */
  readonly until?: (text: string) => boolean;
  /** Longest wait; then the answer is what came so far, with the ending `open`. */
  readonly limitMs?: number;
}

/** Sends exactly these bytes over a fresh connection and collects what comes back. */
export function rawCall(port: number, bytes: string | Uint8Array, options: RawCallOptions = {}): Promise<RawAnswer> {
  const { until = isComplete, limitMs = 5000 } = options;
  return new Promise((resolve) => {
    let text = "";
    let ended = false;
    const socket = connect(port, "127.0.0.1", () =>
      socket.write(typeof bytes === "string" ? Buffer.from(bytes, "latin1") : bytes),
    );
    const finish = (ending: RawAnswer["ending"]): void => {
      if (ended) return;
      ended = true;
      clearTimeout(timer);
      socket.destroy();
      resolve(toAnswer(text, ending));
    };
    const timer = setTimeout(() => finish("open"), limitMs);
    socket.setNoDelay(true);
    socket.on("data", (data) => {
      // An interim answer is not the answer.
      text = (text + data.toString("latin1")).replace(/^HTTP\/1\.1 100 [^\r]*\r\n\r\n/, "");
      if (until(text)) finish("open");
    });
    socket.on("end", () => finish("end"));
    socket.on("error", () => finish("reset"));
    socket.on("close", () => finish("reset"));
  });
}

/** Waits for the connection to end, whatever came. */
export const untilClosed = (): boolean => false;

function isComplete(text: string): boolean {
  const end = text.indexOf("\r\n\r\n");
  if (end === -1) return false;
  const head = text.slice(0, end);
  const body = text.slice(end + 4);
  const length = /^content-length: (\d+)$/im.exec(head)?.[1];
  if (length !== undefined) return body.length >= Number(length);
  if (/^transfer-encoding: chunked$/im.test(head)) return body.endsWith("0\r\n\r\n");
  return /^HTTP\/1\.1 (204|304)/.test(head);
}

function toAnswer(text: string, ending: RawAnswer["ending"]): RawAnswer {
  const end = text.indexOf("\r\n\r\n");
  const head = end === -1 ? text : text.slice(0, end);
  const lines = head.split("\r\n").slice(1);
  const headers = (name: string): string[] =>
    lines
      .filter((line) => line.toLowerCase().startsWith(`${name.toLowerCase()}:`))
      .map((line) => line.slice(name.length + 1).trim());
  return {
    text,
    status: Number(/^HTTP\/1\.[01] (\d{3})/.exec(text)?.[1] ?? 0),
    head,
    body: end === -1 ? "" : text.slice(end + 4),
    ending,
    headers,
    header: (name) => headers(name)[0],
  };
}
