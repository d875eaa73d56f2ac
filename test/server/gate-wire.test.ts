import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { type GatewayProcess, startGateway } from "../support/gateway.ts";
import { type RawAnswer, rawCall } from "../support/raw-client.ts";
import { ok, type RawUpstream, startRawUpstream } from "../support/raw-upstream.ts";

const prefix = "/api/v1/echo";
const everyMethod = "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS";

let upstream: RawUpstream;
let gateway: GatewayProcess;

beforeAll(async () => {
  upstream = await startRawUpstream((_request, socket) => socket.write(ok()));
  gateway = await startGateway({ ECHO_SERVICE_URL: upstream.url });
});

afterAll(async () => {
  await gateway.stop();
  upstream.close();
});

interface Sent {
  readonly answer: RawAnswer;
  /** What the service got of it: method and target of each request. */
  readonly arrived: readonly string[];
  /** How many bytes of any kind the service got. */
  readonly bytes: number;
}

async function send(bytes: string): Promise<Sent> {
  const requests = upstream.requests.length;
  const before = upstream.bytes().length;
  const answer = await rawCall(gateway.port, bytes);
  const arrived = upstream.requests.slice(requests).map(({ method, target }) => `${method} ${target}`);
  return { answer, arrived, bytes: upstream.bytes().length - before };
}

function get(target: string, headers = "Host: gw.test\r\n", method = "GET"): string {
  return `${method} ${target} HTTP/1.1\r\n${headers}\r\n`;
}

/** Refused by us: the envelope, its request id also as a header, and not one byte for the service. */
function expectRefusal({ answer, bytes }: Sent, status: number, code: string, details?: object): void {
  expect(answer.status).toBe(status);
  expect(answer.header("content-type")).toBe("application/json");
  const body = JSON.parse(answer.body);
  expect(body).toEqual({
    error: { code, message: expect.any(String), details: details ?? expect.any(Object) },
    request_id: answer.header("x-request-id"),
  });
  expect(body.request_id).toMatch(/^[\w-]{1,64}$/);
  expect(bytes).toBe(0);
}

/** Refused by Bun's own parser, before any code of ours: closed, and never the service's business. */
function expectParserRefusal({ answer, bytes }: Sent, status: number): void {
  expect(answer.status).toBe(status);
  expect(answer.body).toBe("");
  expect(answer.header("x-request-id")).toBeUndefined();
  expect(answer.ending).not.toBe("open");
  expect(bytes).toBe(0);
}

describe("Host", () => {
  test.each([
    ["two of them", "Host: gw.test\r\nHost: evil.test\r\n"],
    ["the same twice", "Host: gw.test\r\nHost: gw.test\r\n"],
    ["a list", "Host: gw.test, evil.test\r\n"],
    ["empty", "Host:\r\n"],
    ["with a path", "Host: gw.test/admin\r\n"],
    ["with user information", "Host: admin@gw.test\r\n"],
    ["with a space", "Host: gw test\r\n"],
    ["a bracket left open", "Host: [::1\r\n"],
    ["a port beyond 65535", "Host: a:99999\r\n"],
    ["a port without digits", "Host: a:\r\n"],
    ["a query", "Host: a?b\r\n"],
    ["a fragment", "Host: a#b\r\n"],
    ["a backslash", "Host: a\\b\r\n"],
    ["an escape", "Host: %61\r\n"],
    ["bytes that are no ASCII", "Host: \xe4\r\n"],
    ["an IPv6 zone", "Host: [fe80::1%25eth0]\r\n"],
    ["more than 253 characters", `Host: ${"a".repeat(254)}\r\n`],
  ])("%s is refused", async (_name, headers) => {
    const problems = [{ path: "host", message: "wanted one well-formed Host header" }];
    expectRefusal(await send(get(`${prefix}/x`, headers)), 400, "INVALID_REQUEST", { problems });
  });

  test("none is refused by the parser on HTTP/1.1, and by us on HTTP/1.0", async () => {
    expectParserRefusal(await send(get(`${prefix}/x`, "")), 400);
    expectRefusal(await send(`GET ${prefix}/x HTTP/1.0\r\n\r\n`), 400, "INVALID_REQUEST");
  });

  test.each(["a", "ab", "abc", "gw.test", "gw.test:8000", "GW.TEST.", "[::1]", "[::1]:80", "127.0.0.1", "a:0"])(
    "%s routes as any other does",
    async (host) => {
      const { answer, arrived } = await send(get(`${prefix}/x?y`, `Host: ${host}\r\n`));
      expect(answer.status).toBe(200);
      expect(arrived).toEqual(["GET /x?y"]);
      expect(upstream.requests.at(-1)?.header("x-forwarded-host")).toBe(host);
    },
  );

  test.each(["a", "ab", "gw.test"])("%s does not move the path of the gateway's own endpoints", async (host) => {
    const own = await send(get("/health/live", `Host: ${host}\r\n`));
    expect(own.answer.status).toBe(200);
    // Read from the 11th character of the URL on, this would be /health/live.
    expectRefusal(await send(get("/xx/health/live", `Host: ${host}\r\n`)), 404, "NOT_FOUND");
    expectRefusal(await send(get("/x/health/live", `Host: ${host}\r\n`)), 404, "NOT_FOUND");
  });
});

describe("the method", () => {
  test.each(["TRACE", "CONNECT", "PROPFIND", "M-SEARCH", "PURGE", "QUERY"])(
    "%s is refused, with Allow",
    async (method) => {
      const sent = await send(get(`${prefix}/x`, undefined, method));
      expectRefusal(sent, 405, "METHOD_NOT_ALLOWED");
      expect(sent.answer.header("allow")).toBe(everyMethod);
    },
  );

  test("CONNECT with an authority is refused", async () => {
    expectRefusal(await send("CONNECT gw.test:443 HTTP/1.1\r\nHost: gw.test:443\r\n\r\n"), 405, "METHOD_NOT_ALLOWED");
  });

  test("a route's own methods are named when it does not serve one", async () => {
    const sent = await send(get("/health", undefined, "DELETE"));
    expectRefusal(sent, 405, "METHOD_NOT_ALLOWED");
    expect(sent.answer.header("allow")).toBe("GET, HEAD");
  });

  test.each(["FOO", "get", "PRI"])("%s is no method to the parser: closed without an answer", async (method) => {
    expectParserRefusal(await send(get(`${prefix}/x`, undefined, method)), 0);
  });
});

describe("the path: what was decided on is what the service gets", () => {
  test.each([
    ["/%61dmin", "/admin"],
    ["/ADMIN", "/ADMIN"],
    ["/admin/.", "/admin/"],
    ["/admin/./x", "/admin/x"],
    ["/a/../admin", "/admin"],
    ["/a/%2e%2e/admin", "/admin"],
    ["/a/.%2E/admin", "/admin"],
    ["/a\\..\\admin", "/admin"],
    ["\\admin", "/admin"],
    ["/%7euser", "/~user"],
    ["/%c3%a4", "/%C3%A4"],
    ["/\xc3\xa4", "/%C3%A4"],
    ["/a%2bb", "/a%2Bb"],
    ["/a+b", "/a+b"],
    ["/a%20b", "/a%20b"],
    ["/a%3fb%23c", "/a%3Fb%23c"],
    ["/%252e%252e/admin", "/%252e%252e/admin"],
    ["/%252fadmin", "/%252fadmin"],
    ["/a;v=1", "/a;v=1"],
    ["/a/", "/a/"],
    ["/...", "/..."],
    ["", "/"],
    ["?x", "/?x"],
    ["/a?b=//..%2f&c=%zz", "/a?b=//..%2f&c=%zz"],
    ["/a?", "/a?"],
  ])("%s arrives as %s", async (sent, target) => {
    const { answer, arrived } = await send(get(prefix + sent));
    expect(answer.status).toBe(200);
    expect(arrived).toEqual([`GET ${target}`]);
    const line = await gateway.waitForLine((entry) => entry["request_id"] === answer.header("x-request-id"));
    expect(line["path"]).toBe(prefix + (target === "/" || target === "/?x" ? "" : (target.split("?")[0] ?? "")));
  });

  test.each([
    ["/api/v1/./echo/x", "/x"],
    ["/%61pi/v1/ech%6f/x", "/x"],
    ["/api/v1/other/../echo/x", "/x"],
    ["/api/v1/other/%2e%2e/echo/x", "/x"],
  ])("%s finds the route that it names", async (target, arrives) => {
    expect((await send(get(target))).arrived).toEqual([`GET ${arrives}`]);
  });

  test.each(["/../secret", "/%2e%2e/secret", "/..\\secret", "/x/../../secret"])(
    "%s leaves the route, and none other serves it",
    async (path) => {
      expectRefusal(await send(get(prefix + path)), 404, "NOT_FOUND");
    },
  );

  test("a way out of a route ends where every other way to that path does", async () => {
    const { answer, bytes } = await send(get(`${prefix}/x/../../../../health/live`));
    expect([answer.status, bytes]).toEqual([200, 0]);
  });

  test.each(["/API/v1/echo/x", "/api/v1/echox", "/api/v1/ech", "/api/v1/Echo/x", "/x/api/v1/echo"])(
    "%s is no route",
    async (target) => {
      expectRefusal(await send(get(target)), 404, "NOT_FOUND");
    },
  );

  test.each([
    ["an escaped slash", "/..%2fadmin"],
    ["an escaped slash at the end", "/admin%2F"],
    ["an escaped backslash", "/%5cadmin"],
    ["an escaped NUL", "/a%00b"],
    ["an escaped line break", "/a%0d%0aSet-Cookie:%20x"],
    ["an escaped DEL", "/%7f"],
    ["a raw DEL", "/\x7f"],
    ["an empty segment", "//admin"],
    ["dots before a semicolon", "/..;/admin"],
    ["one dot before a semicolon", "/.;x/admin"],
    ["escaped dots before a semicolon", "/%2e%2e;/admin"],
    ["dots before an escaped semicolon", "/..%3b/admin"],
    ["an overlong dot", "/%c0%ae%c0%ae/admin"],
    ["an overlong slash", "/..%c0%afadmin"],
    ["a byte that is no UTF-8", "/%ff"],
    ["a raw byte that is no UTF-8", "/\xff"],
    ["a surrogate", "/%ed%a0%80"],
    ["half an escape", "/%4"],
    ["an escape that is none", "/%zz"],
    ["an escape of another time", "/%u002fadmin"],
    ["a fragment", "/a#b"],
    ["a fragment behind a query", "/a?b#c"],
  ])("%s is refused", async (_name, path) => {
    expectRefusal(await send(get(prefix + path)), 400, "INVALID_REQUEST");
  });

  test.each(["//api/v1/echo/x", "/api//v1/echo/x", "/api%2fv1/echo/x", "/http://evil.test/x"])(
    "%s is refused before any route is looked for",
    async (target) => {
      expectRefusal(await send(get(target)), 400, "INVALID_REQUEST");
    },
  );
});

describe("the request target", () => {
  test("in absolute form is read as its path; the Host header alone is believed", async () => {
    const { answer, arrived } = await send(get("http://evil.test/api/v1/echo/x"));
    expect(answer.status).toBe(200);
    expect(arrived).toEqual(["GET /x"]);
    const head = upstream.requests.at(-1)?.head ?? "";
    expect(head).not.toContain("evil.test");
    expect(upstream.requests.at(-1)?.header("x-forwarded-host")).toBe("gw.test");
  });

  test.each(["*", "api/v1/echo", "", "ftp://gw.test/api/v1/echo", "?x", "#x", "@evil.test/", "\\api"])(
    "%p is refused by the parser",
    async (target) => {
      expectParserRefusal(await send(get(target)), 400);
    },
  );

  test.each(["/a b", "/a\tb", "/a\x01b", "/a\x00b"])("%j, raw, is refused by the parser", async (path) => {
    const sent = await send(get(prefix + path));
    expect([400, 505]).toContain(sent.answer.status);
    expectParserRefusal(sent, sent.answer.status);
  });

  test("beyond 16 KiB is refused by the parser", async () => {
    expectParserRefusal(await send(get(`${prefix}/${"a".repeat(20_000)}`)), 431);
  });

  test("OPTIONS * is refused by the parser", async () => {
    expectParserRefusal(await send(get("*", undefined, "OPTIONS")), 400);
  });
});

describe("refused by the parser, and so without an envelope:", () => {
  const post = (headers: string, body = "") => `POST ${prefix} HTTP/1.1\r\nHost: a\r\n${headers}\r\n\r\n${body}`;

  test.each([
    ["both lengths", post("Content-Length: 4\r\nTransfer-Encoding: chunked", "0\r\n\r\n"), 400],
    ["two different lengths", post("Content-Length: 1\r\nContent-Length: 2", "ab"), 400],
    ["a signed length", post("Content-Length: +3", "abc"), 400],
    ["an unknown coding", post("Transfer-Encoding: xchunked", "0\r\n\r\n"), 400],
    ["a space before the colon", post("Content-Length : 3", "abc"), 400],
    ["a folded header", post("X-A: 1\r\n 2"), 400],
    ["another protocol", `GET ${prefix} HTTP/2.0\r\nHost: a\r\n\r\n`, 505],
  ])("%s", async (_name, bytes, status) => {
    expectParserRefusal(await send(bytes), status);
  });
});

test("a request hidden in the body of a refused one is never read as a request", async () => {
  const hidden = get(`${prefix}/hidden`);
  const sent = await send(
    `POST ${prefix}/x HTTP/1.1\r\nHost: a, b\r\nContent-Length: ${hidden.length}\r\n\r\n${hidden}`,
  );
  expectRefusal(sent, 400, "INVALID_REQUEST");
  await Bun.sleep(100);
  expect(upstream.bytes()).not.toContain("hidden");
});

test("headers that many servers would read as another one are dropped", async () => {
  const spoofed = "X_Authenticated_User: root\r\nX-Authenticated_Scopes: admin\r\nContent_Length: 9\r\nX-Kept: yes\r\n";
  await send(get(`${prefix}/x`, `Host: gw.test\r\n${spoofed}`));
  const names = upstream.requests.at(-1)?.headers.map(([name]) => name.toLowerCase()) ?? [];
  expect(names).toContain("x-kept");
  expect(names.filter((name) => name.includes("_"))).toEqual([]);
});

test("a refusal is a problem document for who asks for one", async () => {
  const { answer } = await send(get(`${prefix}//x`, "Host: gw.test\r\nAccept: application/problem+json\r\n"));
  expect(answer.header("content-type")).toBe("application/problem+json");
  expect(JSON.parse(answer.body)).toEqual({
    type: "about:blank",
    title: "Bad Request",
    status: 400,
    detail: "The request is malformed.",
    code: "INVALID_REQUEST",
    details: { problems: [{ path: "path", message: "wanted no empty segment" }] },
    request_id: answer.header("x-request-id"),
  });
});
