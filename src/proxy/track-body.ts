import type { Exchange, Outcome } from "../pipeline/exchange.ts";
import { countStreamed } from "./streamed-pieces.ts";

/** A comment of an event stream: means nothing to its reader, but carries the answer's head to it. */
const comment = new TextEncoder().encode(":\n\n");

/**
 * Passes a body on piece by piece, as fast as the caller takes it, counts it and says how it ended.
 * A broken service breaks the caller's connection: an unfinished body must never look finished.
 */
export function trackBody(
  body: ReadableStream<Uint8Array>,
  exchange: Exchange,
  events: boolean,
  end: (exchange: Exchange, outcome: Outcome) => void,
): ReadableStream<Uint8Array> {
  const reader = body.getReader();
  let first: ReturnType<typeof reader.read> | undefined;
  return new ReadableStream<Uint8Array>(
    {
      start(controller) {
        if (!events) return;
        // Bun sends a head together with the first piece of its body, and the first event may be minutes away.
        first = reader.read();
        if (Bun.peek.status(first) === "pending") controller.enqueue(comment);
      },
      async pull(controller) {
        try {
          const { done, value } = await (first ?? reader.read());
          first = undefined;
          if (done) {
            end(exchange, "answered");
            controller.close();
            return;
          }
          exchange.bytesOut += value.byteLength;
          countStreamed(value.byteLength);
          controller.enqueue(value);
        } catch {
          end(exchange, exchange.callerGone ? "client_gone" : "upstream_broken");
          controller.error(new Error("the service broke off"));
        }
      },
      cancel(reason) {
        end(exchange, "client_gone");
        return reader.cancel(reason);
      },
    },
    { highWaterMark: 0 },
  );
}
