import { createHash } from "node:crypto";

/** The service of the load and stream tests, run as a process: small answers, slow ones, endless ones. */
const piece = new Uint8Array(64 * 1024).fill(7);

const server = Bun.serve({
  port: 0,
  hostname: "127.0.0.1",
  idleTimeout: 0,
  maxRequestBodySize: Number.MAX_SAFE_INTEGER,
  async fetch(request) {
    const { pathname, searchParams } = new URL(request.url);
    const ms = Number(searchParams.get("ms") ?? 0);
    if (ms > 0) await Bun.sleep(ms);
    if (pathname === "/download")
      return new Response(download(Number(searchParams.get("bytes"))), {
        headers: { "content-type": "application/octet-stream" },
      });
    if (pathname === "/upload") return Response.json(await digest(request));
    if (pathname === "/events")
      return new Response(events(Number(searchParams.get("quiet"))), {
        headers: { "content-type": "text/event-stream" },
      });
    if (pathname === "/drip")
      return new Response(drip(Number(searchParams.get("pieces"))), { headers: { "content-type": "text/plain" } });
    return Response.json({ id: request.headers.get("x-call"), path: pathname });
  },
});

function download(bytes: number): ReadableStream<Uint8Array> {
  let left = bytes;
  return new ReadableStream({
    pull(controller) {
      if (left <= 0) {
        controller.close();
        return;
      }
      const size = Math.min(left, piece.byteLength);
      left -= size;
      controller.enqueue(size === piece.byteLength ? piece : piece.subarray(0, size));
    },
  });
}

async function digest(request: Request): Promise<{ bytes: number; sha256: string }> {
  const hash = createHash("sha256");
  let bytes = 0;
  for await (const part of request.body ?? []) {
    hash.update(part);
    bytes += part.byteLength;
  }
  return { bytes, sha256: hash.digest("hex") };
}

function events(quietMs: number): ReadableStream {
  return lines([
    ["data: first\n\n", quietMs],
    ["data: last\n\n", 0],
  ]);
}

function drip(pieces: number): ReadableStream {
  return lines(Array.from({ length: pieces }, (_, index) => [`piece ${index}\n`, 100]));
}

/** Texts, each with the time to wait after it. */
function lines(texts: readonly (readonly [text: string, afterMs: number])[]): ReadableStream {
  let next = 0;
  return new ReadableStream({
    async pull(controller) {
      await Bun.sleep(texts[next - 1]?.[1] ?? 0);
      const text = texts[next]?.[0];
      next += 1;
      if (text === undefined) controller.close();
      else controller.enqueue(text);
    },
  });
}

process.stdout.write(`${server.url.origin}\n`);
// The tests hold this end; when they are gone, nobody needs the service.
process.stdin.on("end", () => process.exit(0));
process.stdin.resume();
