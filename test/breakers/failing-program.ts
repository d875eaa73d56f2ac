import { createServer, type Socket } from "node:net";
import { ok } from "../support/raw-upstream.ts";

/** How the service is: what every request gets from now on. */
export type Mood = "good" | "storm" | "error" | "missing" | "garbage" | "slow" | "silent" | "breaking" | "reset";

/** A service in a process of its own that can be told how to fail; says how many requests it has seen. */
let mood: Mood = "good";
let seen = 0;

const answers: Readonly<Record<Mood, (socket: Socket) => void>> = {
  good: (socket) => socket.write(ok()),
  storm: (socket) => socket.write("HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n"),
  error: (socket) => socket.write("HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n"),
  missing: (socket) => socket.write("HTTP/1.1 404 None\r\nContent-Length: 0\r\n\r\n"),
  garbage: (socket) =>
    socket.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", () => socket.destroy()),
  slow: (socket) => void setTimeout(() => socket.write(ok()), 300),
  silent: () => {},
  breaking: (socket) =>
    socket.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n", () => {
      setTimeout(() => socket.destroy(), 20);
    }),
  reset: (socket) => void socket.resetAndDestroy(),
};

const server = createServer((socket) => {
  socket.setNoDelay(true);
  socket.on("error", () => {});
  socket.on("data", (data) => {
    for (const _ of data.toString("latin1").matchAll(/[A-Z]+ \S+ HTTP\/1\.1\r\n/g)) {
      seen += 1;
      answers[mood](socket);
    }
  });
});
server.listen(Number(process.argv[2] ?? 0), "127.0.0.1", () => process.send?.({ port: server.address() }));

process.on("message", (message: unknown) => {
  if (typeof message === "string") mood = message as Mood;
  process.send?.({ seen });
});
// When the tests are gone, nobody needs the service.
process.on("disconnect", () => process.exit(0));
