import { createInterface } from "node:readline/promises";
import { Writable } from "node:stream";

/** The standard input, and where a prompt is shown. */
export interface Input {
  readonly stream: NodeJS.ReadableStream & { readonly isTTY?: boolean };
  prompt(text: string): void;
}

/** What comes on the standard input, to its end or to so many bytes; on a terminal one line, which is not shown. */
export async function readInput({ stream, prompt }: Input, text: string, mostBytes: number): Promise<Uint8Array> {
  if (stream.isTTY !== true) return readBytes(stream, mostBytes);
  const nowhere = new Writable({ write: (_piece, _encoding, done) => done() });
  const lines = createInterface({ input: stream, output: nowhere, terminal: true });
  try {
    const answer = lines.question("");
    // Only now is nothing shown of what is typed.
    prompt(text);
    const typed = await Promise.race([answer, new Promise<string>((end) => lines.once("close", () => end("")))]);
    return new TextEncoder().encode(typed);
  } finally {
    lines.close();
    prompt("\n");
  }
}

async function readBytes(stream: AsyncIterable<string | Buffer>, mostBytes: number): Promise<Uint8Array> {
  const pieces: Buffer[] = [];
  let bytes = 0;
  for await (const piece of stream) {
    pieces.push(Buffer.from(piece));
    bytes += piece.length;
    if (bytes >= mostBytes) break;
  }
  return Buffer.concat(pieces).subarray(0, mostBytes);
}
