import { afterAll, beforeAll, expect, test } from "bun:test";
import { type GatewayProcess, startGateway } from "../support/gateway.ts";
import { rawCall, untilClosed } from "../support/raw-client.ts";
import { ok, type RawUpstream, startRawUpstream } from "../support/raw-upstream.ts";
import { waitFor } from "../support/wait-for.ts";

const limit = 100_000;
let upstream: RawUpstream;
let gateway: GatewayProcess;

beforeAll(async () => {
  upstream = await startRawUpstream((request, socket) => {
    if (!request.target.startsWith("/hold")) socket.write(ok());
  });
  gateway = await startGateway({ ECHO_SERVICE_URL: upstream.url, MAX_BODY_BYTES: String(limit) });
});

afterAll(async () => {
  await gateway.stop();
  upstream.close();
});

const post = (path: string, header: string, body: string): string =>
  `POST /api/v1/echo${path} HTTP/1.1\r\nHost: a\r\n${header}\r\n\r\n${body}`;
const chunk = (size: number): string => `${size.toString(16)}\r\n${"x".repeat(size)}\r\n`;

test("a body that announces too much is a 413 before any of it is read, and reaches nobody", async () => {
  const before = upstream.requests.length;
  const answer = await rawCall(gateway.port, post("/", `Content-Length: ${limit + 1}`, ""), { until: untilClosed });
  expect(answer.status).toBe(413);
  expect(JSON.parse(answer.body).error).toMatchObject({ code: "PAYLOAD_TOO_LARGE", details: { limit_bytes: limit } });
  expect(answer.header("connection")).toBe("close");
  expect(answer.ending).not.toBe("open");
  expect(upstream.requests.length).toBe(before);
});

test("a chunked body is a 413 at the first byte too many, while it is still being sent", async () => {
  const closed = upstream.closed();
  const answer = await rawCall(
    gateway.port,
    post("/hold", "Transfer-Encoding: chunked", chunk(60_000) + chunk(60_000)),
  );
  expect(answer.status).toBe(413);
  expect(JSON.parse(answer.body).error.code).toBe("PAYLOAD_TOO_LARGE");
  await waitFor("the service's connection to close", () => upstream.closed() > closed);
});

test("a body of exactly the limit passes, announced or chunked", async () => {
  expect((await rawCall(gateway.port, post("/", `Content-Length: ${limit}`, "x".repeat(limit)))).status).toBe(200);
  expect(
    (await rawCall(gateway.port, post("/", "Transfer-Encoding: chunked", `${chunk(limit)}0\r\n\r\n`))).status,
  ).toBe(200);
});

test("a limit of 0 lets no body in, but requests without one", async () => {
  const strict = await startGateway({ ECHO_SERVICE_URL: upstream.url, MAX_BODY_BYTES: "0" });
  expect((await rawCall(strict.port, post("/", "Content-Length: 1", "x"))).status).toBe(413);
  expect((await rawCall(strict.port, post("/hold", "Transfer-Encoding: chunked", chunk(1)))).status).toBe(413);
  expect((await rawCall(strict.port, post("/", "Content-Length: 0", ""))).status).toBe(200);
  await strict.stop();
});
