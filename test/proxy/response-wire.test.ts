import { afterAll, beforeAll, expect, test } from "bun:test";
import { type GatewayProcess, startGateway } from "../support/gateway.ts";
import { type RawAnswer, rawCall, untilClosed } from "../support/raw-client.ts";
import { type RawUpstream, startRawUpstream } from "../support/raw-upstream.ts";
import { waitFor } from "../support/wait-for.ts";

let upstream: RawUpstream;
let gateway: GatewayProcess;
const answers = new Map<string, string>();

beforeAll(async () => {
  upstream = await startRawUpstream((request, socket) => {
    socket.write(Buffer.from(answers.get(request.target) ?? "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", "latin1"));
    if (request.target.startsWith("/broken")) setTimeout(() => socket.destroy(), 50);
    if (request.target.startsWith("/ended")) setTimeout(() => socket.end(), 50);
  });
  gateway = await startGateway({ ECHO_SERVICE_URL: upstream.url });
});

afterAll(async () => {
  await gateway.stop();
  upstream.close();
});

let next = 0;
/** What a caller gets when the service answers with these lines. */
function answerTo(
  lines: readonly string[],
  body = "",
  options: { method?: string; path?: string; closed?: boolean; version?: string; limitMs?: number } = {},
): Promise<RawAnswer> {
  next += 1;
  const path = `${options.path ?? "/"}${next}`;
  answers.set(path, `${lines.join("\r\n")}\r\n\r\n${body}`);
  const request = `${options.method ?? "GET"} /api/v1/echo${path} HTTP/${options.version ?? "1.1"}\r\nHost: a\r\n\r\n`;
  return rawCall(gateway.port, request, {
    ...(options.closed === true ? { until: untilClosed } : {}),
    limitMs: options.limitMs ?? 5000,
  });
}

test("status, headers and body come through", async () => {
  const answer = await answerTo(
    [
      "HTTP/1.1 201 Created",
      "Content-Type: text/plain",
      "Location: http://elsewhere.test/x",
      'ETag: "v1"',
      "X-Mine: 1",
      "Content-Length: 2",
    ],
    "hi",
  );
  expect(answer.status).toBe(201);
  expect(answer.header("location")).toBe("http://elsewhere.test/x");
  expect(answer.header("etag")).toBe('"v1"');
  expect(answer.header("x-mine")).toBe("1");
  expect(answer.header("content-length")).toBe("2");
  expect(answer.body).toBe("hi");
  expect(answer.header("x-request-id")).toBeDefined();
  expect(answer.header("via")).toBe("1.1 isaas-gateway");
});

test("redirects are the caller's to follow", async () => {
  const answer = await answerTo(["HTTP/1.1 302 Found", "Location: /elsewhere", "Content-Length: 0"]);
  expect(answer.status).toBe(302);
  expect(answer.header("location")).toBe("/elsewhere");
});

test("repeated Set-Cookie headers stay apart", async () => {
  const answer = await answerTo(
    [
      "HTTP/1.1 200 OK",
      "Set-Cookie: a=1; Expires=Mon, 01 Jan 2024 00:00:00 GMT",
      "Set-Cookie: b=2",
      "Content-Type: a/b",
      "Content-Length: 1",
    ],
    "x",
  );
  expect(answer.headers("set-cookie")).toEqual(["a=1; Expires=Mon, 01 Jan 2024 00:00:00 GMT", "b=2"]);
});

test("hop-by-hop headers and those that Connection names stay behind", async () => {
  const answer = await answerTo(
    [
      "HTTP/1.1 200 OK",
      "Connection: X-Foo, keep-alive",
      "Keep-Alive: timeout=99",
      "X-Foo: 1",
      "Upgrade: h2c",
      "Trailer: X-T",
      "Proxy-Authenticate: Basic",
      "Content-Type: a/b",
      "Content-Length: 1",
    ],
    "x",
  );
  for (const name of ["connection", "keep-alive", "x-foo", "upgrade", "trailer", "proxy-authenticate"])
    expect([name, answer.header(name)]).toEqual([name, undefined]);
});

test("no Content-Type is invented", async () => {
  expect((await answerTo(["HTTP/1.1 200 OK", "Content-Length: 2"], "hi")).header("content-type")).toBeUndefined();
  expect(
    (await answerTo(["HTTP/1.1 200 OK", "Transfer-Encoding: chunked"], "2\r\nhi\r\n0\r\n\r\n")).header("content-type"),
  ).toBeUndefined();
  expect((await answerTo(["HTTP/1.1 200 OK", "Content-Length: 0"])).header("content-type")).toBeUndefined();
});

test("Date and Server are the service's own, once", async () => {
  const answer = await answerTo(
    [
      "HTTP/1.1 200 OK",
      "Date: Mon, 01 Jan 2024 00:00:00 GMT",
      "Server: mine",
      "Content-Type: a/b",
      "Content-Length: 1",
    ],
    "x",
  );
  expect(answer.headers("date")).toEqual(["Mon, 01 Jan 2024 00:00:00 GMT"]);
  expect(answer.headers("server")).toEqual(["mine"]);
});

test("an encoded body is passed on as it is", async () => {
  const bytes = "\x1f\x8b\x08\x00not really gzip\xff";
  const answer = await answerTo(
    ["HTTP/1.1 200 OK", "Content-Encoding: gzip", "Content-Type: a/b", `Content-Length: ${bytes.length}`],
    bytes,
  );
  expect(answer.header("content-encoding")).toBe("gzip");
  expect(answer.body).toBe(bytes);
});

test("HEAD keeps the length of what a GET would give", async () => {
  const answer = await answerTo(["HTTP/1.1 200 OK", "Content-Type: a/b", "Content-Length: 1234"], "", {
    method: "HEAD",
    limitMs: 500,
  });
  expect(answer.status).toBe(200);
  expect(answer.header("content-length")).toBe("1234");
  expect(answer.body).toBe("");
});

test("HEAD of an answer without a known length invents none", async () => {
  const lines = ["HTTP/1.1 200 OK", "Content-Type: a/b", "Transfer-Encoding: chunked"];
  const answer = await answerTo(lines, "", { method: "HEAD", limitMs: 500 });
  expect(answer.status).toBe(200);
  expect(answer.header("content-length")).toBeUndefined();
  expect(answer.body).toBe("");
});

test("204 and 304 have no body and keep their headers", async () => {
  for (const line of ["204 No Content", "304 Not Modified"]) {
    const answer = await answerTo([`HTTP/1.1 ${line}`, 'ETag: "v"', "Cache-Control: max-age=5"]);
    expect(answer.status).toBe(Number(line.slice(0, 3)));
    expect(answer.header("etag")).toBe('"v"');
    expect(answer.header("cache-control")).toBe("max-age=5");
    expect(answer.body).toBe("");
    expect(answer.header("transfer-encoding")).toBeUndefined();
  }
});

test("a part of a file stays a part", async () => {
  const answer = await answerTo(
    ["HTTP/1.1 206 Partial Content", "Content-Range: bytes 0-1/10", "Content-Type: a/b", "Content-Length: 2"],
    "hi",
  );
  expect(answer.status).toBe(206);
  expect(answer.header("content-range")).toBe("bytes 0-1/10");
  expect(answer.body).toBe("hi");
});

test("error answers of a service are its own", async () => {
  for (const status of [400, 401, 404, 418, 429, 500, 503, 599]) {
    const answer = await answerTo(
      [`HTTP/1.1 ${status} X`, "Content-Type: text/plain", "WWW-Authenticate: Basic", "Content-Length: 4"],
      "mine",
    );
    expect([answer.status, answer.body]).toEqual([status, "mine"]);
    expect(answer.header("www-authenticate")).toBe("Basic");
    expect(answer.header("content-security-policy")).toBeUndefined();
  }
});

for (const [name, length] of [
  ["with a length", "Content-Length: 1000"],
  ["with a large length", "Content-Length: 1000000"],
  ["in chunks", "Transfer-Encoding: chunked"],
] as const) {
  for (const path of ["/broken", "/ended"]) {
    test(`an answer ${name} that is ${path.slice(1)} in the middle breaks the caller's connection`, async () => {
      const body = length.startsWith("T") ? "3\r\nabc\r\n" : "abc";
      const answer = await answerTo(["HTTP/1.1 200 OK", "Content-Type: a/b", length], body, { path, closed: true });
      expect(answer.ending).not.toBe("open");
      // Never a clean end: no last chunk, and no body of the announced length.
      expect(answer.body.endsWith("0\r\n\r\n")).toBe(false);
      expect(answer.body.length).toBeLessThan(1000);
      const line = await gateway.waitForLine((one) => one["path"] === `/api/v1/echo${path}${next}`);
      expect(line["outcome"]).toBe("upstream_broken");
    });
  }
}

test("a broken answer leaves no trace of the query on the standard error", async () => {
  answers.set("/broken-q?token=s3cret", "HTTP/1.1 200 OK\r\nContent-Type: a/b\r\nContent-Length: 1000000\r\n\r\nabc");
  await rawCall(gateway.port, "GET /api/v1/echo/broken-q?token=s3cret HTTP/1.1\r\nHost: a\r\n\r\n", {
    until: untilClosed,
  });
  await gateway.waitForLine((line) => line["path"] === "/api/v1/echo/broken-q");
  expect(gateway.errors()).toBe("");
  expect(JSON.stringify(gateway.lines)).not.toContain("s3cret");
});

const malformed: readonly (readonly [string, readonly string[], string])[] = [
  ["a status of 999", ["HTTP/1.1 999 X", "Content-Length: 0"], ""],
  ["a status of 000", ["HTTP/1.1 000 X", "Content-Length: 0"], ""],
  ["an unasked 101", ["HTTP/1.1 101 Switching Protocols", "Upgrade: x", "Connection: upgrade"], ""],
  ["two lengths that differ", ["HTTP/1.1 200 OK", "Content-Length: 1", "Content-Length: 2"], "x"],
  ["a negative length", ["HTTP/1.1 200 OK", "Content-Length: -1"], ""],
  [
    "a coding besides chunked",
    ["HTTP/1.1 200 OK", "Content-Type: a/b", "Transfer-Encoding: gzip, chunked"],
    "2\r\nhi\r\n0\r\n\r\n",
  ],
  ["a NUL in a header", ["HTTP/1.1 200 OK", "X-A: a\0b", "Content-Length: 0"], ""],
  ["a folded header", ["HTTP/1.1 200 OK", "X-A: a", " b", "Content-Length: 0"], ""],
];
for (const [name, lines, body] of malformed) {
  test(`a service that answers with ${name} is a 502, and the next caller is served`, async () => {
    const answer = await answerTo(lines, body);
    expect(answer.status).toBe(502);
    expect(answer.body).toContain('"UPSTREAM_ERROR"');
    expect((await answerTo(["HTTP/1.1 200 OK", "Content-Type: a/b", "Content-Length: 2"], "hi")).body).toBe("hi");
  });
}

test("bytes behind the end of an answer reach nobody", async () => {
  const answer = await answerTo(
    ["HTTP/1.1 200 OK", "Content-Type: a/b", "Content-Length: 2"],
    "hiHTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\npoison",
  );
  expect(answer.body).toBe("hi");
  for (let round = 0; round < 5; round += 1) {
    expect((await answerTo(["HTTP/1.1 200 OK", "Content-Type: a/b", "Content-Length: 2"], "ok")).body).toBe("ok");
  }
});

test("the log says what went over the wire", async () => {
  const answer = await answerTo(
    ["HTTP/1.1 200 OK", "Transfer-Encoding: chunked", "Content-Type: a/b"],
    "5\r\nhello\r\n0\r\n\r\n",
  );
  expect(answer.status).toBe(200);
  const path = `/api/v1/echo/${next}`;
  await waitFor("the line", () => gateway.lines.some((line) => line["path"] === path));
  const line = gateway.lines.find((one) => one["path"] === path);
  expect(line).toMatchObject({
    method: "GET",
    route: "/api/v1/echo",
    service: "echo_service",
    status: 200,
    outcome: "answered",
    bytes_in: 0,
    bytes_out: 5,
    client: "127.0.0.0",
  });
  expect(line?.["request_id"]).toBe(answer.header("x-request-id"));
});
