import { createServer, type Server, type Socket } from "node:net";
import type { AddressInfo } from "node:net";

export interface RawRequest {
  /** Request line and headers as they came, without the empty line. */
  readonly head: string;
  readonly method: string;
  readonly target: string;
  /** Header lines in order, names as sent. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** Value of the first header with this name, in any case. */
  header(name: string): string | undefined;
  /** Body bytes that came with the head; more may follow on the socket. */
  readonly rest: string;
  /** How many-th request of its connection this is, from 1. */
  readonly number: number;
}

export interface RawUpstream {
  readonly url: string;
  readonly port: number;
  readonly requests: readonly RawRequest[];
  /** All bytes of all connections, as latin1. */
  readonly bytes: () => string;
  /** Connections that have been closed by the other side or by us. */
  readonly closed: () => number;
  readonly connections: () => number;
  close(): void;
}

/** A service that shows exactly which bytes came and answers with exactly the bytes it is told. */
export async function startRawUpstream(answer: (request: RawRequest, socket: Socket) => void): Promise<RawUpstream> {
  const requests: RawRequest[] = [];
  const sockets = new Set<Socket>();
  let bytes = "";
  let closed = 0;
  let connections = 0;
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    connections += 1;
    let pending = "";
    let number = 0;
    socket.setNoDelay(true);
    socket.on("error", () => {});
    socket.on("close", () => {
      sockets.delete(socket);
      closed += 1;
    });
    socket.on("data", (data) => {
      const text = data.toString("latin1");
      bytes += text;
      pending += text;
      // In front of it may be a body piece of an earlier request; the answerer listens to the socket itself when it wants bodies.
      const start = pending.search(/[A-Z]+ \S+ HTTP\/1\.1\r\n/);
      const end = start === -1 ? -1 : pending.indexOf("\r\n\r\n", start);
      if (end === -1) {
        if (!/[A-Z]+ /.test(pending)) pending = "";
        return;
      }
      const head = pending.slice(start, end);
      const rest = pending.slice(end + 4);
      pending = "";
      number += 1;
      const request = toRequest(head, rest, number);
      requests.push(request);
      answer(request, socket);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    requests,
    bytes: () => bytes,
    closed: () => closed,
    connections: () => connections,
    close() {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

function toRequest(head: string, rest: string, number: number): RawRequest {
  const [line = "", ...lines] = head.split("\r\n");
  const [method = "", target = ""] = line.split(" ");
  const headers = lines.map((text) => {
    const colon = text.indexOf(":");
    return [text.slice(0, colon), text.slice(colon + 1).trim()] as const;
  });
  return {
    head,
    rest,
    number,
    method,
    target,
    headers,
    header: (name) => headers.find(([key]) => key.toLowerCase() === name.toLowerCase())?.[1],
  };
}

/** A well-formed answer with a length. */
export function ok(body = "ok", headers: readonly string[] = ["Content-Type: text/plain"]): string {
  return ["HTTP/1.1 200 OK", `Content-Length: ${Buffer.byteLength(body)}`, ...headers, "", body].join("\r\n");
}
