import { afterAll, beforeAll, expect, test } from "bun:test";
import { connect, type Socket } from "node:net";
import { type GatewayProcess, startGateway } from "../support/gateway.ts";
import { rawCall } from "../support/raw-client.ts";
import { type RawUpstream, startRawUpstream } from "../support/raw-upstream.ts";
import { waitFor } from "../support/wait-for.ts";

let upstream: RawUpstream;
let gateway: GatewayProcess;
let current: Socket | undefined;

beforeAll(async () => {
  upstream = await startRawUpstream((request, socket) => {
    current = socket;
    if (request.target === "/chunks")
      socket.write("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nfirst\r\n");
    if (request.target === "/length")
      socket.write("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 100000\r\n\r\nfirst");
    if (request.target === "/events")
      socket.write("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n");
    if (request.target === "/early")
      socket.write("HTTP/1.1 401 Unauthorized\r\nContent-Type: text/plain\r\nContent-Length: 2\r\n\r\nno");
  });
  gateway = await startGateway({ ECHO_SERVICE_URL: upstream.url });
});

afterAll(async () => {
  await gateway.stop();
  upstream.close();
});

const get = (path: string): string => `GET /api/v1/echo${path} HTTP/1.1\r\nHost: a\r\n\r\n`;

for (const path of ["/chunks", "/length"]) {
  test(`the first piece of ${path} is there before the rest`, async () => {
    const answer = await rawCall(gateway.port, get(path), { until: (text) => text.includes("first") });
    expect(answer.status).toBe(200);
    expect(answer.body).toContain("first");
  });
}

test("the head of an event stream comes at once, before any event", async () => {
  const answer = await rawCall(gateway.port, get("/events"), { until: (text) => text.includes("\r\n\r\n") });
  expect(answer.status).toBe(200);
  expect(answer.header("content-type")).toBe("text/event-stream");
});

for (const [name, header, piece] of [
  ["chunked", "Transfer-Encoding: chunked", "5\r\nfirst\r\n"],
  ["long", "Content-Length: 100000", "first"],
] as const) {
  test(`the first piece of a ${name} upload reaches the service before the rest is sent`, async () => {
    const socket = connect(gateway.port, "127.0.0.1", () =>
      socket.write(`POST /api/v1/echo/${name} HTTP/1.1\r\nHost: a\r\n${header}\r\n\r\n${piece}`),
    );
    await waitFor(
      "the first piece",
      () =>
        upstream.bytes().includes(`POST /${name} `) &&
        upstream.bytes().split(`POST /${name} `)[1]?.includes("first") === true,
    );
    socket.destroy();
  });
}

test("a service may answer before the upload is over", async () => {
  const answer = await rawCall(
    gateway.port,
    "POST /api/v1/echo/early HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\nfirst",
  );
  expect(answer.status).toBe(401);
  expect(answer.body).toBe("no");
});

for (const [moment, path] of [
  ["before the head", "/silent"],
  ["in the middle of the body", "/length"],
  ["in a quiet event stream", "/events"],
] as const) {
  test(`a caller that leaves ${moment} ends the request to the service`, async () => {
    const closed = upstream.closed();
    const seen = upstream.requests.length;
    const socket = connect(gateway.port, "127.0.0.1", () => socket.write(get(path)));
    await waitFor("the request", () => upstream.requests.length > seen);
    await Bun.sleep(100);
    socket.destroy();
    await waitFor("the service's connection to close", () => upstream.closed() > closed);
    const line = await gateway.waitForLine(
      (one) => one["path"] === `/api/v1/echo${path}` && one["outcome"] === "client_gone",
    );
    expect(line["service"]).toBe("echo_service");
  });
}

test("a caller that leaves in the middle of an upload ends the request to the service", async () => {
  const closed = upstream.closed();
  const seen = upstream.requests.length;
  const socket = connect(gateway.port, "127.0.0.1", () =>
    socket.write("POST /api/v1/echo/upload HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\nfirst"),
  );
  await waitFor("the request", () => upstream.requests.length > seen);
  socket.destroy();
  await waitFor("the service's connection to close", () => upstream.closed() > closed);
});

test("pieces arrive one by one, and a clean end is a clean end", async () => {
  const pending = rawCall(gateway.port, get("/events"), { until: (text) => text.endsWith("0\r\n\r\n") });
  await waitFor("the request", () => upstream.requests.at(-1)?.target === "/events");
  await Bun.sleep(50);
  for (const event of ["data: 1\n\n", "data: 2\n\n"]) {
    current?.write(`${event.length.toString(16)}\r\n${event}\r\n`);
    await Bun.sleep(30);
  }
  current?.write("0\r\n\r\n");
  const answer = await pending;
  expect(answer.body).toContain("data: 1\n\n");
  expect(answer.body).toContain("data: 2\n\n");
});

test("an HTTP/1.0 caller gets the whole body and then the end", async () => {
  const pending = rawCall(gateway.port, "GET /api/v1/echo/chunks HTTP/1.0\r\nHost: a\r\n\r\n", { until: () => false });
  await waitFor("the request", () => upstream.requests.at(-1)?.target === "/chunks");
  await Bun.sleep(50);
  current?.write("4\r\nlast\r\n0\r\n\r\n");
  const answer = await pending;
  expect(answer.status).toBe(200);
  expect(answer.body).toContain("first");
  expect(answer.body).toContain("last");
});
