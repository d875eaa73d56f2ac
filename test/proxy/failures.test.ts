import { afterAll, beforeAll, expect, test } from "bun:test";
import { createServer } from "node:net";
import { type GatewayProcess, startGateway } from "../support/gateway.ts";
import { writeSettings } from "../support/config-file.ts";
import { rawCall } from "../support/raw-client.ts";
import { ok, type RawUpstream, startRawUpstream } from "../support/raw-upstream.ts";
import { waitFor } from "../support/wait-for.ts";

let upstream: RawUpstream;
let gateway: GatewayProcess;

beforeAll(async () => {
  upstream = await startRawUpstream((request, socket) => {
    if (request.target.startsWith("/reset")) socket.resetAndDestroy();
    else if (request.target.startsWith("/close")) socket.end();
    else if (request.target.startsWith("/garbage")) socket.write("garbage\r\n\r\n");
    else if (request.target.startsWith("/half")) socket.write("HTTP/1.1 200 OK\r\nContent-");
    else if (request.target.startsWith("/stall"))
      socket.write("HTTP/1.1 200 OK\r\nContent-Type: a/b\r\nContent-Length: 10\r\n\r\nabc");
    else if (request.target.startsWith("/once") && request.number > 1) socket.resetAndDestroy();
    else if (!request.target.startsWith("/silent")) socket.write(ok());
  });
  const free = await freePort();
  const config = writeSettings({
    routes: [
      { service: "echo_service", path_prefix: "/api/v1/echo", timeout: 0.4, auth_required: false },
      { service: "nobody_service", path_prefix: "/api/v1/nobody", auth_required: false },
      { service: "refused_service", path_prefix: "/api/v1/refused", auth_required: false },
      { service: "unresolved_service", path_prefix: "/api/v1/unresolved", auth_required: false },
    ],
  });
  gateway = await startGateway({
    ECHO_SERVICE_URL: upstream.url,
    REFUSED_SERVICE_URL: `http://127.0.0.1:${free}`,
    UNRESOLVED_SERVICE_URL: "http://no-such-host.invalid:1",
    CONFIG: config,
    LOG_LEVEL: "debug",
  });
});

afterAll(async () => {
  await gateway.stop();
  upstream.close();
});

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address !== null ? address.port : 0));
    });
  });
}

const call = (path: string, method = "GET"): ReturnType<typeof rawCall> =>
  rawCall(gateway.port, `${method} /api/v1${path} HTTP/1.1\r\nHost: a\r\n\r\n`);

for (const [what, path, service] of [
  ["refuses", "/refused/x?token=s3cret", "refused_service"],
  ["resets", "/echo/reset", "echo_service"],
  ["closes without an answer", "/echo/close", "echo_service"],
  ["has a name that does not resolve", "/unresolved", "unresolved_service"],
] as const) {
  test(`a service that ${what} is a 502 that names it`, async () => {
    const answer = await call(path, "POST");
    expect(answer.status).toBe(502);
    expect(JSON.parse(answer.body)).toEqual({
      error: { code: "UPSTREAM_ERROR", message: expect.any(String), details: { service } },
      request_id: answer.header("x-request-id"),
    });
    expect(answer.body).not.toContain("127.0.0.1");
  });
}

for (const [what, path] of [
  ["says nothing", "/echo/silent"],
  ["talks garbage and stays", "/echo/garbage"],
  ["stops in the middle of its head", "/echo/half"],
] as const) {
  test(`a service that ${what} is a 504 after the route's timeout, and its connection is closed`, async () => {
    const closed = upstream.closed();
    const started = performance.now();
    const answer = await call(path);
    const tookMs = performance.now() - started;
    expect(answer.status).toBe(504);
    expect(JSON.parse(answer.body).error).toMatchObject({
      code: "UPSTREAM_TIMEOUT",
      details: { service: "echo_service" },
    });
    expect(tookMs).toBeGreaterThanOrEqual(400);
    await waitFor("the service's connection to close", () => upstream.closed() > closed);
  });
}

test("a small answer that stalls in its body is a 504 too: nothing of it was sent yet", async () => {
  expect((await call("/echo/stall")).status).toBe(504);
});

test("an instance that refuses costs nobody a request while another one is there", async () => {
  const dead = await freePort();
  const half = await startGateway({ HALF_SERVICE_URL: `http://127.0.0.1:${dead},${upstream.url}` });
  const calls = Array.from({ length: 60 }, (_, index) => {
    const head =
      index % 2 === 0
        ? "GET /api/v1/half/x HTTP/1.1\r\nHost: a"
        : "POST /api/v1/half/x HTTP/1.1\r\nHost: a\r\nContent-Length: 2";
    return rawCall(half.port, `${head}\r\n\r\n${index % 2 === 0 ? "" : "ok"}`);
  });
  const answers = await Promise.all(calls);
  expect(answers.map((answer) => answer.status)).toEqual(Array.from({ length: 60 }, () => 200));
  expect(upstream.requests.filter((request) => request.header("via") === "1.1 isaas-gateway").length).toBe(
    upstream.requests.length,
  );
  await half.stop();
});

test("a service without instances is a 503 that says so", async () => {
  const answer = await call("/nobody");
  expect(answer.status).toBe(503);
  expect(JSON.parse(answer.body).error).toEqual({
    code: "SERVICE_UNAVAILABLE",
    message: expect.any(String),
    details: { service: "nobody_service", last_check: null },
  });
  expect(Number(answer.header("retry-after"))).toBeGreaterThan(0);
});

test("a POST is executed once at most when a reused connection is reset; a GET is sent again by Bun's fetch", async () => {
  const count = (): number => upstream.requests.filter((request) => request.target === "/once").length;
  await call("/echo/once-warm");
  const before = count();
  const answer = await call("/echo/once", "POST");
  expect([200, 502]).toContain(answer.status);
  expect(count() - before).toBe(1);
});

test("a caller who accepts problem+json gets an RFC 9457 document", async () => {
  const answer = await rawCall(
    gateway.port,
    "GET /api/v1/nobody HTTP/1.1\r\nHost: a\r\nAccept: application/problem+json\r\n\r\n",
  );
  expect(answer.header("content-type")).toBe("application/problem+json");
  expect(JSON.parse(answer.body)).toMatchObject({
    status: 503,
    title: "Service Unavailable",
    code: "SERVICE_UNAVAILABLE",
    request_id: answer.header("x-request-id"),
    details: { service: "nobody_service" },
  });
});

test("the debug log gives the cause, and no log line holds a query or an address of the caller", async () => {
  const line = await gateway.waitForLine(
    (one) =>
      (one["err"] !== undefined && JSON.stringify(one).includes("ConnectionRefused")) ||
      JSON.stringify(one).includes("ECONNREFUSED"),
  );
  expect(line.level).toBe("debug");
  const text = JSON.stringify(gateway.lines);
  expect(text).not.toContain("s3cret");
  expect(text).not.toContain('"client":"127.0.0.1"');
  expect(gateway.errors()).toBe("");
});
