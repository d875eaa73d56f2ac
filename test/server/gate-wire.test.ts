import { describe, expect, test } from "bun:test";
import { expectParserRefusal, expectRefusal, gateScene, get, prefix } from "./gate-scene.ts";

const { send, upstream } = gateScene();

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
      expect(upstream().requests.at(-1)?.header("x-forwarded-host")).toBe(host);
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
  expect(upstream().bytes()).not.toContain("hidden");
});

test("headers that many servers would read as another one are dropped", async () => {
  const spoofed = "X_Authenticated_User: root\r\nX-Authenticated_Scopes: admin\r\nContent_Length: 9\r\nX-Kept: yes\r\n";
  await send(get(`${prefix}/x`, `Host: gw.test\r\n${spoofed}`));
  const names =
    upstream()
      .requests.at(-1)
      ?.headers.map(([name]) => name.toLowerCase()) ?? [];
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
