import { afterAll, beforeAll, expect, test } from "bun:test";
import { type GatewayProcess, startGateway } from "../support/gateway.ts";
import { rawCall } from "../support/raw-client.ts";
import { ok, type RawRequest, type RawUpstream, startRawUpstream } from "../support/raw-upstream.ts";
import { waitFor } from "../support/wait-for.ts";

let upstream: RawUpstream;
let gateway: GatewayProcess;
let trusting: GatewayProcess;

beforeAll(async () => {
  upstream = await startRawUpstream((_request, socket) => socket.write(ok()));
  const environment = {
    ECHO_SERVICE_URL: upstream.url,
    BASE_SERVICE_URL: `${upstream.url}/base/`,
    HTTP_PROXY: "http://127.0.0.1:9",
    http_proxy: "http://127.0.0.1:9",
  };
  gateway = await startGateway(environment);
  trusting = await startGateway({ ...environment, TRUSTED_PROXIES: "127.0.0.1,10.0.0.0/8" });
});

afterAll(async () => {
  await Promise.all([gateway.stop(), trusting.stop()]);
  upstream.close();
});

/** What the service sees of this request. */
async function seen(lines: readonly string[], body = "", to = gateway): Promise<RawRequest> {
  const before = upstream.requests.length;
  const answer = await rawCall(to.port, `${lines.join("\r\n")}\r\n\r\n${body}`);
  expect(answer.status).toBe(200);
  const request = upstream.requests[before];
  if (request === undefined) throw new Error("nothing reached the service");
  return request;
}

const get = "GET /api/v1/echo/a/b?x=1&y=%2f HTTP/1.1";

test("the service sees its own host, the path without the prefix, and the query as it was", async () => {
  const request = await seen([get, "Host: gw.test:8000"]);
  expect(request.method).toBe("GET");
  expect(request.target).toBe("/a/b?x=1&y=%2f");
  expect(request.header("host")).toBe(`127.0.0.1:${upstream.port}`);
});

test("the prefix alone becomes /, and a base path of the service's URL stays in front", async () => {
  expect((await seen(["GET /api/v1/echo HTTP/1.1", "Host: a"])).target).toBe("/");
  expect((await seen(["GET /api/v1/echo?q HTTP/1.1", "Host: a"])).target).toBe("/?q");
  expect((await seen(["GET /api/v1/echo/ HTTP/1.1", "Host: a"])).target).toBe("/");
  expect((await seen(["GET /api/v1/base/x HTTP/1.1", "Host: a"])).target).toBe("/base/x");
});

test("hop-by-hop headers and those that Connection names stay behind", async () => {
  const request = await seen([
    get,
    "Host: a",
    "Connection: close, X-Mine, X-Request-ID, X-Forwarded-For, Via, Cookie",
    "Keep-Alive: timeout=5",
    "Proxy-Connection: keep-alive",
    "Proxy-Authorization: Basic abc",
    "TE: trailers",
    "Trailer: X-T",
    "Upgrade: h2c",
    "HTTP2-Settings: abc",
    "X-Mine: 1",
    "Cookie: a=1",
    "X-Other: 2",
  ]);
  for (const name of [
    "keep-alive",
    "proxy-connection",
    "proxy-authorization",
    "te",
    "trailer",
    "upgrade",
    "http2-settings",
    "x-mine",
    "cookie",
  ]) {
    expect([name, request.header(name)]).toEqual([name, undefined]);
  }
  expect(request.header("x-other")).toBe("2");
  // What the gateway itself says cannot be named away.
  expect(request.header("x-request-id")).toMatch(/^[0-9a-f-]{36}$/);
  expect(request.header("x-forwarded-for")).toBe("127.0.0.1");
  expect(request.header("via")).toBe("1.1 isaas-gateway");
});

test("claims about the caller are replaced by what the socket says", async () => {
  const request = await seen([
    get,
    "Host: gw.test",
    "X-Forwarded-For: 6.6.6.6",
    "X-Forwarded-Proto: https",
    "X-Forwarded-Host: evil.test",
    "X-Forwarded-Port: 1",
    "X-Forwarded-Prefix: /evil",
    "X-Forwarded-User: root",
    "Forwarded: for=6.6.6.6",
    "X-Real-IP: 6.6.6.6",
    "X-Client-IP: 6.6.6.6",
    "CF-Connecting-IP: 6.6.6.6",
    "True-Client-IP: 6.6.6.6",
    "X-Original-URL: /admin",
    "X-Authenticated-User: root",
    "X-Authenticated-Scopes: admin",
    "X_Authenticated_User: root",
    "X_Forwarded_For: 6.6.6.6",
  ]);
  expect(request.header("x-forwarded-for")).toBe("127.0.0.1");
  expect(request.header("x-forwarded-proto")).toBe("http");
  expect(request.header("x-forwarded-host")).toBe("gw.test");
  expect(request.header("forwarded")).toBe('for=127.0.0.1;host="gw.test";proto=http');
  expect(request.head).not.toContain("6.6.6.6");
  expect(request.head).not.toContain("root");
  expect(request.head).not.toContain("evil");
  expect(request.head).not.toContain("admin");
});

test("a trusted proxy's claims are kept and ours come after", async () => {
  const request = await seen(
    [
      get,
      "Host: gw.test",
      "X-Forwarded-For: 6.6.6.6, 10.1.1.1",
      "X-Forwarded-Proto: https",
      "X-Forwarded-Host: shop.test",
      "Forwarded: for=6.6.6.6;proto=https",
    ],
    "",
    trusting,
  );
  expect(request.header("x-forwarded-for")).toBe("6.6.6.6, 10.1.1.1, 127.0.0.1");
  expect(request.header("x-forwarded-proto")).toBe("https");
  expect(request.header("x-forwarded-host")).toBe("shop.test");
  expect(request.header("forwarded")).toBe('for=6.6.6.6;proto=https, for=127.0.0.1;host="gw.test";proto=http');
  const line = await trusting.waitForLine((one) => one.msg === "request");
  expect(line["client"]).toBe("6.6.6.0");
});

test("a well-formed X-Request-ID is kept from anyone, a malformed one is replaced", async () => {
  expect((await seen([get, "Host: a", "X-Request-ID: my_id-1"])).header("x-request-id")).toBe("my_id-1");
  for (const bad of ["a b", "x".repeat(65), "<script>", ""]) {
    expect((await seen([get, "Host: a", `X-Request-ID: ${bad}`])).header("x-request-id")).toMatch(
      /^[0-9a-f]{8}-[0-9a-f]{4}-7/,
    );
  }
});

test("a well-formed traceparent goes on with its tracestate, a malformed one is replaced and its tracestate dropped", async () => {
  const sent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
  const kept = await seen([get, "Host: a", `traceparent: ${sent}`, "tracestate: a=1"]);
  expect(kept.header("traceparent")).toBe(sent);
  expect(kept.header("tracestate")).toBe("a=1");
  for (const bad of [
    "00-00000000000000000000000000000000-b7ad6b7169203331-01",
    "ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
    "x",
    `${sent}-x`,
  ]) {
    const replaced = await seen([get, "Host: a", `traceparent: ${bad}`, "tracestate: a=1"]);
    expect(replaced.header("traceparent")).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-00$/);
    expect(replaced.header("traceparent")).not.toBe(bad);
    expect(replaced.header("tracestate")).toBeUndefined();
  }
});

test("Via is appended to", async () => {
  expect((await seen([get, "Host: a", "Via: 1.0 first"])).header("via")).toBe("1.0 first, 1.1 isaas-gateway");
});

test("a request that runs in a circle is refused, one through a few gateways is not", async () => {
  const through = (gateways: number) => `Via: ${Array(gateways).fill("1.1 isaas-gateway").join(", ")}`;
  expect((await seen([get, "Host: a", through(7)])).header("via")).toEndWith("1.1 isaas-gateway");
  const { status, body } = await rawCall(gateway.port, [get, "Host: a", through(8), "", ""].join("\r\n"));
  expect({ status, code: JSON.parse(body).error.code }).toEqual({ status: 502, code: "UPSTREAM_ERROR" });
});

test("no User-Agent is invented, and the caller's Accept-Encoding decides", async () => {
  const bare = await seen([get, "Host: a"]);
  expect(bare.header("user-agent")).toBe("");
  expect(bare.header("accept-encoding")).toBeUndefined();
  const full = await seen([get, "Host: a", "User-Agent: me/1", "Accept-Encoding: br"]);
  expect(full.header("user-agent")).toBe("me/1");
  expect(full.header("accept-encoding")).toBe("br");
});

test("conditional and range headers go through as they are", async () => {
  const request = await seen([
    get,
    "Host: a",
    'If-None-Match: "x"',
    "If-Modified-Since: Mon, 01 Jan 2024 00:00:00 GMT",
    "Range: bytes=0-1",
    'If-Range: "y"',
  ]);
  expect(request.header("if-none-match")).toBe('"x"');
  expect(request.header("if-modified-since")).toBe("Mon, 01 Jan 2024 00:00:00 GMT");
  expect(request.header("range")).toBe("bytes=0-1");
  expect(request.header("if-range")).toBe('"y"');
});

test("header values arrive byte for byte, credentials and privacy signals included", async () => {
  const request = await seen([
    get,
    "Host: a",
    "Authorization: Basic dDpv",
    "Sec-GPC: 1",
    "DNT: 1",
    "X-Latin: caf\xe9",
    "Accept: a/b;q=0.5, */*;q=0.1",
    "X-Twice: 1",
    "X-Twice: 2",
  ]);
  expect(request.header("authorization")).toBe("Basic dDpv");
  expect(request.header("sec-gpc")).toBe("1");
  expect(request.header("dnt")).toBe("1");
  expect(request.header("x-latin")).toBe("caf\xe9");
  expect(request.header("accept")).toBe("a/b;q=0.5, */*;q=0.1");
  expect(request.header("x-twice")).toBe("1, 2");
});

for (const method of ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]) {
  test(`${method} is forwarded as ${method}`, async () => {
    const before = upstream.requests.length;
    const answer = await rawCall(gateway.port, `${method} /api/v1/echo/m HTTP/1.1\r\nHost: a\r\n\r\n`, {
      limitMs: method === "HEAD" ? 500 : 5000,
    });
    expect(answer.status).toBe(200);
    expect(upstream.requests[before]?.method).toBe(method);
  });
}

test("a body with a length keeps its length; a chunked one stays chunked", async () => {
  const small = await seen(
    ["POST /api/v1/echo HTTP/1.1", "Host: a", "Content-Length: 5", "Content-Type: text/plain"],
    "hello",
  );
  expect(small.header("content-length")).toBe("5");
  expect(small.header("transfer-encoding")).toBeUndefined();
  const chunked = await seen(
    ["POST /api/v1/echo HTTP/1.1", "Host: a", "Transfer-Encoding: chunked"],
    "5\r\nhello\r\n0\r\n\r\n",
  );
  expect(chunked.header("transfer-encoding")).toBe("chunked");
  expect(chunked.header("content-length")).toBeUndefined();
  const empty = await seen(["POST /api/v1/echo HTTP/1.1", "Host: a", "Content-Length: 0"]);
  expect(empty.header("content-length")).toBe("0");
  const large = await seen(["POST /api/v1/echo HTTP/1.1", "Host: a", "Content-Length: 200000"], "x".repeat(200_000));
  expect(large.header("content-length")).toBe("200000");
  expect(large.header("transfer-encoding")).toBeUndefined();
});

test("a small body arrives byte for byte", async () => {
  const bytes = Array.from({ length: 256 }, (_, code) => String.fromCharCode(code)).join("");
  await seen(["POST /api/v1/echo HTTP/1.1", "Host: a", "Content-Length: 256"], bytes);
  await waitFor("the body", () => upstream.bytes().endsWith(bytes));
});

test("the body of a GET is taken in but not forwarded, and neither is its length", async () => {
  const body = "GET /smuggled HTTP/1.1\r\nHost: b\r\n\r\n";
  const request = await seen([get, "Host: a", `Content-Length: ${body.length}`], body);
  expect(request.header("content-length")).toBeUndefined();
  await Bun.sleep(50);
  expect(upstream.bytes()).not.toContain("smuggled");
});

test("Expect is answered here and not forwarded", async () => {
  const request = await seen(
    ["POST /api/v1/echo HTTP/1.1", "Host: a", "Expect: 100-continue", "Content-Length: 2"],
    "ok",
  );
  expect(request.header("expect")).toBeUndefined();
  expect(request.header("content-length")).toBe("2");
});

test("equal lengths sent twice are forwarded as one", async () => {
  const before = upstream.requests.length;
  const answer = await rawCall(
    gateway.port,
    "POST /api/v1/echo HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\nok",
  );
  if (answer.status === 200) expect(upstream.requests[before]?.header("content-length")).toBe("2");
  else expect(answer.status).toBe(400);
});
