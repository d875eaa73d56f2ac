import { describe, expect, test } from "bun:test";
import { expectParserRefusal, expectRefusal, gateScene, get, prefix } from "./gate-scene.ts";

const everyMethod = "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS";

const { gateway, send, upstream } = gateScene();

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
    const line = await gateway().waitForLine((entry) => entry["request_id"] === answer.header("x-request-id"));
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
    const head = upstream().requests.at(-1)?.head ?? "";
    expect(head).not.toContain("evil.test");
    expect(upstream().requests.at(-1)?.header("x-forwarded-host")).toBe("gw.test");
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
