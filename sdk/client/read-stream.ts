import { noAnswer } from "./call-failure.ts";
import { EventReader } from "./event-reader.ts";

/** How the pieces of an answer are handed over as they arrive. */
export type StreamKind = "events" | "text" | "bytes";

/**
 * Whether an answer comes as a stream. Elysia says so of generators by `Cache-Control: no-cache`, and knows no length;
 * a browser shows both, but not Transfer-Encoding.
 */
export function streamKind({ headers, body, ok }: Response): StreamKind | undefined {
  if (!ok || body === null) return undefined;
  const type = mediaType(headers);
  if (type === "text/event-stream") return "events";
  if (/^application\/(?:x-ndjson|jsonl|x-jsonlines|json-seq)$/.test(type)) return "text";
  if (headers.has("content-length") || !/\bno-cache\b/i.test(headers.get("cache-control") ?? "")) return undefined;
  if (type.startsWith("text/")) return "text";
  return type === "application/octet-stream" ? "bytes" : undefined;
}

export function mediaType(headers: Headers): string {
  return (headers.get("content-type") ?? "").split(";", 1)[0]?.trim().toLowerCase() ?? "";
}

/** Ends the connection when its reader leaves early; throws a CallError when it breaks. `done` is called at its end. */
export function readStream(
  body: ReadableStream<Uint8Array>,
  kind: StreamKind,
  signal: AbortSignal,
  done: () => void,
): AsyncGenerator<unknown, void, void> {
  const reader = body.getReader();
  const end = async (): Promise<void> => {
    done();
    // Of a stream that has ended or failed there is nothing to cancel.
    await reader.cancel().catch(() => {});
  };
  const pieces = readPieces(reader, kind, signal, end);
  const leave = pieces.return.bind(pieces);
  // A generator that nobody has begun to read would run none of its own code.
  return Object.assign(pieces, { return: (value?: void) => end().then(() => leave(value)) });
}

async function* readPieces(
  reader: ReadableStreamDefaultReader<Uint8Array>,
  kind: StreamKind,
  signal: AbortSignal,
  end: () => Promise<void>,
): AsyncGenerator<unknown, void, void> {
  const decoder = new TextDecoder();
  const events = new EventReader();
  try {
    for (;;) {
      const { value, done: isLast } = await reader.read();
      if (kind === "bytes") {
        if (value !== undefined) yield value;
      } else {
        const text = decoder.decode(value, { stream: !isLast });
        if (kind === "events") yield* events.read(text);
        else if (text !== "") yield text;
      }
      if (isLast) return;
    }
  } catch (cause) {
    throw noAnswer(cause, signal);
  } finally {
    await end();
  }
}
