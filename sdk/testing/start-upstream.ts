import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** A request as it arrived behind the gateway. */
export interface RecordedRequest {
  readonly method: string;
  /** The path with its query. */
  readonly path: string;
  /** By their names in lower case. */
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface UpstreamAnswer {
  /** Default: 200. */
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Anything but a text is sent as JSON. */
  readonly body?: unknown;
}

/** A real HTTP server on this machine, in the place of a service. */
export interface Upstream extends AsyncDisposable {
  readonly url: string;
  /** All requests so far. */
  readonly requests: readonly RecordedRequest[];
  close(): Promise<void>;
}

/** Starts a service on a free port. Without `answer` it says `ok` to everything. */
export async function startUpstream(
  answer: (request: RecordedRequest) => UpstreamAnswer | Promise<UpstreamAnswer> = () => ({ body: "ok" }),
): Promise<Upstream> {
  const requests: RecordedRequest[] = [];
  const serve = async (message: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { method = "", url: path = "", headers } = message;
    const request = { method, path, headers, body: await readBody(message) };
    requests.push(request);
    const { status = 200, headers: more = {}, body = "" } = await answer(request);
    const isText = typeof body === "string";
    response.writeHead(status, { "content-type": isText ? "text/plain" : "application/json", ...more });
    response.end(isText ? body : JSON.stringify(body));
  };
  const server = createServer((message, response) => {
    // A mistake of the test's own is seen by its caller rather than waited for.
    serve(message, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const close = async (): Promise<void> => {
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    server.closeAllConnections();
    await closed;
  };
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, requests, close, [Symbol.asyncDispose]: close };
}

async function readBody(message: IncomingMessage): Promise<string> {
  const pieces: Buffer[] = [];
  for await (const piece of message) pieces.push(piece as Buffer);
  return Buffer.concat(pieces).toString();
}
