import { GatewayError } from "@isaas/gateway-sdk/errors";
import type { Exchange } from "../pipeline/exchange.ts";
import { countStreamed } from "./streamed-pieces.ts";

/** A body up to this size is taken in whole before it goes on: no slow caller can then hold a service's connection. */
const wholeBytes = 64 * 1024;

export type RequestBody = ArrayBuffer | ReadableStream<Uint8Array> | null;

/** Says what happens while a streamed body moves; the forwarder keeps the deadline by it. */
export interface BodyWatcher {
  /** Waiting for the caller: the service's clock stands still. */
  waiting(): void;
  /** A piece went on to the service. */
  moved(): void;
  /** More than allowed came; the body is being cut off. */
  tooLarge(error: GatewayError): void;
}

/**
 * The body to forward: none, whole when it is small, else a stream that counts.
 * Throws PAYLOAD_TOO_LARGE at once when the announced length is over the limit.
 */
export function takeRequestBody(
  exchange: Exchange,
  maxBytes: number,
  watcher: BodyWatcher,
): RequestBody | Promise<RequestBody> {
  const { request, method } = exchange;
  const announced = request.headers.get("content-length");
  const length = announced === null ? undefined : Number.parseInt(announced, 10);
  if (length !== undefined && length > maxBytes) throw tooLarge(maxBytes);
  // Bun reads the body of a GET and keeps it to itself.
  if (length === 0 || method === "GET" || method === "HEAD") return null;
  if (length !== undefined && length <= wholeBytes) return request.arrayBuffer();
  const { body } = request;
  return body === null ? null : countBody(body, exchange, maxBytes, watcher);
}

function tooLarge(maxBytes: number): GatewayError {
  return new GatewayError("PAYLOAD_TOO_LARGE", {
    message: "The request body is larger than this gateway accepts.",
    details: { limit_bytes: maxBytes },
    // The rest of the body is not wanted: the connection ends with the answer.
    headers: { connection: "close" },
  });
}

function countBody(
  body: ReadableStream<Uint8Array>,
  exchange: Exchange,
  maxBytes: number,
  watcher: BodyWatcher,
): ReadableStream<Uint8Array> {
  const reader = body.getReader();
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        watcher.waiting();
        const { done, value } = await reader.read();
        watcher.moved();
        if (done) {
          controller.close();
          return;
        }
        exchange.bytesIn += value.byteLength;
        countStreamed(value.byteLength);
        if (exchange.bytesIn > maxBytes) {
          const error = tooLarge(maxBytes);
          watcher.tooLarge(error);
          controller.error(error);
          void reader.cancel();
          return;
        }
        controller.enqueue(value);
      },
      cancel: (reason) => reader.cancel(reason),
    },
    { highWaterMark: 0 },
  );
}
