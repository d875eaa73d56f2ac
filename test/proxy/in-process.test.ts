import { afterAll, beforeAll, expect, test } from "bun:test";
import { connect, type Socket } from "node:net";
import { type InProcessGateway, routeSetting, startInProcess } from "../support/in-process.ts";
import { rawCall, untilClosed } from "../support/raw-client.ts";
import { ok, type RawUpstream, startRawUpstream } from "../support/raw-upstream.ts";
import { type ServiceProcess, startService } from "../support/service.ts";
import { waitFor } from "../support/wait-for.ts";

// The wire tests run against the executable; this walks the same ways inside the test's process.
let upstream: RawUpstream;
let service: ServiceProcess;
let gateway: InProcessGateway;
let last: Socket | undefined;

beforeAll(async () => {
  upstream = await startRawUpstream(({ target }, socket) => {
    last = socket;
    if (target === "/silent") return;
    if (target === "/events") {
      socket.write("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n");
    } else if (target === "/broken") {
      socket.write("HTTP/1.1 200 OK\r\nContent-Type: a/b\r\nContent-Length: 100\r\n\r\nabc");
      setTimeout(() => socket.destroy(), 50);
    } else if (target === "/broken-stream") {
      socket.write("HTTP/1.1 200 OK\r\nContent-Type: a/b\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n");
      setTimeout(() => socket.destroy(), 50);
    } else if (target === "/named") {
      socket.write(ok("ok", ["Content-Type: a/b", "Connection: X-Foo, keep-alive", "X-Foo: 1", "Via: 1.0 first"]));
    } else if (target === "/coded") {
      socket.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n");
    } else socket.write(ok());
  });
  service = await startService();
  gateway = await startInProcess({
    environment: {
      ECHO_SERVICE_URL: upstream.url,
      BIG_SERVICE_URL: service.url,
      REFUSED_SERVICE_URL: "http://127.0.0.1:1",
      MAX_BODY_BYTES: "200000",
      TRUSTED_PROXIES: "127.0.0.1",
      DRAIN_SECONDS: "0",
    },
    routes: [
      routeSetting({ service: "echo_service", path_prefix: "/api/v1/echo", timeout: 0.3, strip_prefix: true }),
      routeSetting({ service: "echo_service", path_prefix: "/api/v1/whole", strip_prefix: false }),
      routeSetting({ service: "echo_service", path_prefix: "/api/v1/patient", timeout: 90 }),
      routeSetting({ service: "nobody_service", path_prefix: "/api/v1/nobody" }),
      routeSetting({ service: "refused_service", path_prefix: "/api/v1/refused" }),
      routeSetting({ service: "big_service", path_prefix: "/api/v1/big" }),
    ],
  });
});

afterAll(async () => {
  await gateway.stop();
  upstream.close();
  await service.stop();
});

const get = (path: string, ...lines: string[]): string =>
  [`GET /api/v1${path} HTTP/1.1`, "Host: a", ...lines, "", ""].join("\r\n");
const call = (path: string, ...lines: string[]): ReturnType<typeof rawCall> =>
  rawCall(gateway.port, get(path, ...lines));
const lineOf = async (path: string): Promise<Record<string, unknown>> => {
  await waitFor("the log line", () => gateway.lines.some((line) => line["path"] === `/api/v1${path}`));
  return gateway.lines.findLast((line) => line["path"] === `/api/v1${path}`) ?? {};
};

test("a request goes to an instance and its answer comes back", async () => {
  expect(
    (
      await call(
        "/echo/x",
        "X-Forwarded-For: 1.2.3.4",
        "Forwarded: for=1.2.3.4",
        "Via: 1.0 a",
        "Connection: X-Me",
        "X-Me: 1",
      )
    ).status,
  ).toBe(200);
  const seen = upstream.requests.at(-1);
  expect(seen?.header("x-forwarded-for")).toBe("1.2.3.4, 127.0.0.1");
  expect(seen?.header("x-me")).toBeUndefined();
  expect((await call("/whole/x")).status).toBe(200);
  expect(upstream.requests.at(-1)?.target).toEndWith("/api/v1/whole/x");
  expect((await call("/patient/x")).status).toBe(200);
});

test("bodies go up whole, long and chunked, and too large ones do not", async () => {
  const post = (header: string, body: string, path = "up"): ReturnType<typeof rawCall> =>
    rawCall(gateway.port, `POST /api/v1/patient/${path} HTTP/1.1\r\nHost: a\r\n${header}\r\n\r\n${body}`);
  expect((await post("Content-Length: 5", "hello")).status).toBe(200);
  expect((await post("Content-Length: 100000", "x".repeat(100_000))).status).toBe(200);
  expect((await post("Transfer-Encoding: chunked", "5\r\nhello\r\n0\r\n\r\n")).status).toBe(200);
  expect((await post("Content-Length: 200001", "")).status).toBe(413);
  expect(
    (await post("Transfer-Encoding: chunked", `30d41\r\n${"x".repeat(200_001)}\r\n0\r\n\r\n`, "silent")).status,
  ).toBe(413);
});

test("a silent service is a 504, a malformed one a 502", async () => {
  expect((await call("/echo/silent")).status).toBe(504);
  expect((await call("/patient/coded")).status).toBe(502);
});

for (const path of ["/patient/broken", "/patient/broken-stream"]) {
  test(`${path}: a service that breaks off breaks the caller's connection`, async () => {
    const answer = await rawCall(gateway.port, get(path), { until: untilClosed });
    expect(answer.ending).not.toBe("open");
    expect((await lineOf(path))["outcome"]).toBe("upstream_broken");
  });
}

test("an event stream starts at once, and its caller's leaving is noticed", async () => {
  const answer = await rawCall(gateway.port, get("/patient/events"), { until: (text) => text.includes("\r\n\r\n") });
  expect(answer.header("content-type")).toBe("text/event-stream");
  expect((await lineOf("/patient/events"))["outcome"]).toBe("client_gone");
});

test("an event stream ends when the service ends it", async () => {
  const pending = rawCall(gateway.port, get("/patient/events"), { until: (text) => text.endsWith("0\r\n\r\n") });
  await Bun.sleep(200);
  last?.write("4\r\nlast\r\n0\r\n\r\n");
  expect((await pending).body).toContain("last");
});

test("connection headers of the service stay behind and Via is appended to", async () => {
  const answer = await call("/patient/named");
  expect(answer.header("via")).toBe("1.0 first, 1.1 isaas-gateway");
  expect(answer.header("x-foo")).toBeUndefined();
  expect(answer.header("connection")).toBeUndefined();
});

test("a caller that leaves before the head ends the request", async () => {
  const before = upstream.requests.length;
  const socket = connect(gateway.port, "127.0.0.1", () => socket.write(get("/patient/silent")));
  await waitFor("the request", () => upstream.requests.length > before);
  const closed = upstream.closed();
  socket.destroy();
  await waitFor("the service's connection to close", () => upstream.closed() > closed);
  await waitFor("its log line", () =>
    gateway.lines.some((line) => line["outcome"] === "client_gone" && line["path"] === "/api/v1/patient/silent"),
  );
});

test("a service that refuses is a 502, and one without instances a 503", async () => {
  expect((await call("/refused/x")).status).toBe(502);
  expect((await call("/nobody/x")).status).toBe(503);
});

test("30 MiB stream through", async () => {
  const answer = await fetch(`${gateway.url}/api/v1/big/download?bytes=${30 * 1024 * 1024}`);
  expect((await answer.arrayBuffer()).byteLength).toBe(30 * 1024 * 1024);
});
