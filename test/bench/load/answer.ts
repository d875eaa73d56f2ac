export interface Answer {
  readonly status: number;
  readonly body: string;
  /** Bytes of head and body together. */
  readonly lengthBytes: number;
}

/**
 * The first HTTP/1.1 answer in `text` (latin1, so that characters are bytes), or undefined while it is incomplete.
 * Starts over on every call, which is right for small answers only.
 */
export function readAnswer(text: string): Answer | undefined {
  const headEnd = text.indexOf("\r\n\r\n");
  if (headEnd === -1) return undefined;
  const head = text.slice(0, headEnd);
  const status = Number(head.slice("HTTP/1.1 ".length, "HTTP/1.1 200".length));
  const bodyStart = headEnd + 4;
  const contentLength = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1];
  if (contentLength !== undefined) {
    const end = bodyStart + Number(contentLength);
    return text.length < end ? undefined : { status, body: text.slice(bodyStart, end), lengthBytes: end };
  }
  if (!/\r\ntransfer-encoding: *chunked/i.test(head)) throw new Error(`an answer without a visible end: ${head}`);
  const chunks = readChunks(text, bodyStart);
  return chunks && { status, body: chunks.body, lengthBytes: chunks.end };
}

/** Without trailers: no competitor sends any. */
function readChunks(text: string, start: number): { body: string; end: number } | undefined {
  let body = "";
  let position = start;
  for (;;) {
    const lineEnd = text.indexOf("\r\n", position);
    if (lineEnd === -1) return undefined;
    const chunkStart = lineEnd + 2;
    const chunkEnd = chunkStart + Number.parseInt(text.slice(position, lineEnd), 16);
    if (text.length < chunkEnd + 2) return undefined;
    if (chunkEnd === chunkStart) return { body, end: chunkEnd + 2 };
    body += text.slice(chunkStart, chunkEnd);
    position = chunkEnd + 2;
  }
}
