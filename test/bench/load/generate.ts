// A process of its own, so that neither the orchestration nor an earlier window disturbs the one being timed.
import { cpuTimeUs } from "../machine/processes.ts";
import { readAnswer } from "./answer.ts";
import { Histogram } from "./histogram.ts";
import type { LoadOrder, LoadSample } from "./order.ts";

interface Connection {
  sentAtMs: number;
  unread: string;
}

const order = JSON.parse(process.argv[2] ?? "{}") as LoadOrder;
const requestBytes = Buffer.from(order.request, "latin1");
let histogram = new Histogram();
let stopping = false;

function send(socket: Bun.Socket<Connection>): void {
  socket.data.sentAtMs = performance.now();
  if (socket.write(requestBytes) !== requestBytes.length) fail("a request did not fit into the socket's buffer");
}

function receive(socket: Bun.Socket<Connection>, chunk: Buffer): void {
  const connection = socket.data;
  const text = connection.unread + chunk.toString("latin1");
  const answer = readAnswer(text);
  if (answer === undefined) {
    connection.unread = text;
    return;
  }
  connection.unread = "";
  const { status, body } = order.expected;
  if (answer.status !== status || answer.body !== body || answer.lengthBytes !== text.length) {
    fail(`a wrong answer: ${text}`);
  }
  histogram.record(performance.now() - connection.sentAtMs);
  if (!stopping) send(socket);
}

function fail(reason: string): never {
  process.stderr.write(`${reason}\n`);
  process.exit(1);
}

function connect(): Promise<Bun.Socket<Connection>> {
  return Bun.connect<Connection>({
    hostname: "127.0.0.1",
    port: order.port,
    data: { sentAtMs: 0, unread: "" },
    socket: {
      data: receive,
      close() {
        if (!stopping) fail("a connection was closed");
      },
      error: (_socket, error) => fail(`a connection broke: ${error.message}`),
    },
  });
}

const sockets = await Promise.all(Array.from({ length: order.connections }, connect));
for (const socket of sockets) send(socket);
await Bun.sleep(order.warmupSeconds * 1000);

histogram = new Histogram();
const startedAtMs = performance.now();
const cpuBeforeUs = cpuTimeUs(order.processIds);
await Bun.sleep(order.seconds * 1000);
if (histogram.count === 0) fail("no answer in the whole window");
if (sockets.some(({ data }) => data.sentAtMs < startedAtMs)) fail("a connection without an answer in the whole window");

const sample: LoadSample = {
  requests: histogram.count,
  seconds: (performance.now() - startedAtMs) / 1000,
  cpuUs: cpuTimeUs(order.processIds) - cpuBeforeUs,
  p50Ms: histogram.percentileMs(0.5),
  p99Ms: histogram.percentileMs(0.99),
};
stopping = true;
process.stdout.write(JSON.stringify(sample));
for (const socket of sockets) socket.terminate();
