import type { Exchange } from "../pipeline/exchange.ts";
import { bodyKindOf, brokenBody } from "./response.ts";

/**
 * The answer as it goes on; undefined when the service broke off in the middle of it. An instance has done its part with
 * a whole small body, or with the head of a longer one.
 */
export function receiveAnswer(exchange: Exchange, answer: Response): Response | Promise<Response | undefined> {
  const { method } = exchange;
  switch (bodyKindOf(method, answer)) {
    case "stream":
      exchange.streaming = true;
      return answer;
    case "none":
      return withoutBody(method, answer);
    case "whole":
      return takeWhole(exchange, answer);
  }
}

/** The head said that all is well and the body broke off: so does ours. Whoever sees it break blames the instance. */
export function breakOff(exchange: Exchange, answer: Response): Response {
  exchange.streaming = true;
  return new Response(brokenBody(), answer);
}

/** Bun gives an answer to HEAD without a known length the length 0; behind a stream it has none, as it should. */
function withoutBody(method: string, answer: Response): Response {
  const isUnknown = method === "HEAD" && !answer.headers.has("content-length");
  return new Response(isUnknown ? emptyStream() : null, answer);
}

/** Closes when it is read, not before: an empty body is known to be empty otherwise. */
function emptyStream(): ReadableStream<Uint8Array> {
  return new ReadableStream({ pull: (stream) => stream.close() }, { highWaterMark: 0 });
}

async function takeWhole(exchange: Exchange, answer: Response): Promise<Response | undefined> {
  try {
    const bytes = await answer.arrayBuffer();
    exchange.bytesOut = bytes.byteLength;
    return new Response(bytes, answer);
  } catch (cause) {
    if (exchange.timedOut) throw cause;
    return undefined;
  }
}
