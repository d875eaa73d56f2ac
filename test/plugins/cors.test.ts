import { afterAll, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import { bothWays, type RunningGateway } from "../support/both-ways.ts";
import { ok, type RawRequest, type RawUpstream, startRawUpstream } from "../support/raw-upstream.ts";

const page = "https://app.example.org";
const other = "https://evil.example.org";

function call(
  gateway: RunningGateway,
  path: string,
  headers: Record<string, string>,
  method = "GET",
): Promise<Response> {
  return fetch(gateway.url + path, { method, headers });
}

function preflight(
  gateway: RunningGateway,
  origin: string,
  path = "/api/v1/context/x",
  method = "POST",
): Promise<Response> {
  return call(gateway, path, { origin, "access-control-request-method": method }, "OPTIONS");
}

/** What a browser would look at. */
function corsOf({ headers }: Response): Record<string, string> {
  return Object.fromEntries([...headers].filter(([name]) => name.startsWith("access-control-")));
}

const exposed =
  "X-Request-ID, Retry-After, X-RateLimit-Limit, X-RateLimit-Remaining, X-RateLimit-Reset, RateLimit, RateLimit-Policy";

describe.each(bothWays)("%s", (_name, start) => {
  let upstream: RawUpstream;
  let listed: RunningGateway;
  let unset: RunningGateway;
  let debug: RunningGateway;
  let answer: (request: RawRequest) => string;

  beforeAll(async () => {
    upstream = await startRawUpstream((request, socket) => socket.write(answer(request)));
    const environment = { CONTEXT_SERVICE_URL: upstream.url };
    [listed, unset, debug] = await Promise.all([
      start({ ...environment, CORS_ORIGINS: `${page}, http://LocalHost:5173`, CORS_METHODS: "GET,POST" }),
      start(environment),
      start({ ...environment, DEBUG: "true" }),
    ]);
  });

  afterAll(async () => {
    await Promise.all([listed.stop(), unset.stop(), debug.stop()]);
    upstream.close();
  });

  beforeEach(() => {
    answer = () => ok();
  });

  describe("a preflight is ours and never the service's", () => {
    test("from a listed origin it is told what it may send", async () => {
      const before = upstream.requests.length;
      const response = await preflight(listed, page);
      expect(response.status).toBe(204);
      expect(corsOf(response)).toEqual({
        "access-control-allow-origin": page,
        "access-control-allow-methods": "GET, POST",
        "access-control-allow-headers": "Authorization, Content-Type, X-Request-ID, Idempotency-Key, X-API-Key",
        "access-control-max-age": "600",
      });
      expect(response.headers.get("vary")).toBe("Origin");
      expect(response.headers.has("x-request-id")).toBe(true);
      expect(upstream.requests.length).toBe(before);
    });

    test.each([
      other,
      `${page}.evil.example`,
      `${page}:8443`,
      "http://app.example.org",
      "null",
      "*",
      `${page}, ${page}`,
      "",
    ])("from %p it is told nothing", async (origin) => {
      const before = upstream.requests.length;
      const response = await preflight(listed, origin);
      expect([response.status, corsOf(response)]).toEqual([204, {}]);
      expect(upstream.requests.length).toBe(before);
    });

    test("from anywhere it is told nothing when no origin is listed", async () => {
      const response = await preflight(unset, page);
      expect([response.status, corsOf(response), response.headers.get("vary")]).toEqual([204, {}, null]);
    });

    test("from anywhere it is welcome with DEBUG", async () => {
      expect(corsOf(await preflight(debug, other))).toMatchObject({
        "access-control-allow-origin": "*",
        "access-control-allow-methods": "GET, POST, PUT, PATCH, DELETE",
      });
    });

    test("for an endpoint of the gateway it is answered too", async () => {
      expect(corsOf(await preflight(listed, page, "/health", "GET"))).toMatchObject({
        "access-control-allow-origin": page,
      });
    });

    test.each([
      ["/api/v1/context/x", "DELETE"],
      ["/api/v1/nothing", "GET"],
    ])("for %s with %s, which is not served, it lets the page find that out itself", async (path, method) => {
      const response = await preflight(listed, page, path, method);
      expect([response.status, response.headers.get("access-control-allow-origin")]).toEqual([204, page]);
    });

    test.each([
      ["without Origin", { "access-control-request-method": "POST" }],
      ["without the method it asks for", { origin: page }],
    ])("%s it is none: OPTIONS as any other method", async (_name, headers) => {
      const response = await call(listed, "/api/v1/context/x", headers, "OPTIONS");
      expect([response.status, response.headers.get("allow")]).toEqual([405, "GET, HEAD, POST"]);
    });
  });

  describe("an answer", () => {
    test("to a listed page may be read by it, our headers included", async () => {
      const response = await call(listed, "/api/v1/context/x", { origin: page });
      expect(corsOf(response)).toEqual({
        "access-control-allow-origin": page,
        "access-control-expose-headers": exposed,
      });
      expect(response.headers.get("vary")).toBe("Origin");
    });

    test("to an origin that the settings spell in capitals may be read by it", async () => {
      const origin = "http://localhost:5173";
      expect(corsOf(await call(listed, "/api/v1/context/x", { origin }))).toMatchObject({
        "access-control-allow-origin": origin,
      });
    });

    test("to another page may not", async () => {
      const response = await call(listed, "/api/v1/context/x", { origin: other });
      expect([response.status, corsOf(response), response.headers.get("vary")]).toEqual([200, {}, "Origin"]);
    });

    test("to no page at all still varies, so that no cache hands it to one", async () => {
      const response = await call(listed, "/api/v1/context/x", {});
      expect([corsOf(response), response.headers.get("vary")]).toEqual([{}, "Origin"]);
    });

    test("keeps what the service says of Vary", async () => {
      answer = () => ok("ok", ["Content-Type: text/plain", "Vary: Accept-Encoding"]);
      const response = await call(listed, "/api/v1/context/x", { origin: page });
      expect(response.headers.get("vary")).toBe("Accept-Encoding, Origin");
    });

    test("to any page with DEBUG, or with *, may be read, and does not vary", async () => {
      const response = await call(debug, "/api/v1/context/x", { origin: other });
      expect(response.headers.get("access-control-allow-origin")).toBe("*");
      expect(response.headers.get("vary")).toBeNull();
    });

    test("without any origin listed is nobody's to read, and does not vary", async () => {
      const response = await call(unset, "/api/v1/context/x", { origin: page });
      expect([corsOf(response), response.headers.get("vary")]).toEqual([{}, null]);
    });

    test.each(["/health", "/health/ready", "/swagger/json"])(
      "of the gateway's own %s may be read by a listed page",
      async (path) => {
        const response = await call(listed, path, { origin: page });
        expect(corsOf(response)).toMatchObject({ "access-control-allow-origin": page });
        expect(response.headers.get("vary")).toBe("Origin");
      },
    );
  });

  describe("a service that opens what the settings keep shut", () => {
    const opening = [
      "Content-Type: text/plain",
      "Access-Control-Allow-Origin: *",
      "Access-Control-Allow-Credentials: true",
      "Access-Control-Expose-Headers: X-Total",
    ];

    test("is overruled for a page that may not", async () => {
      answer = () => ok("ok", opening);
      for (const gateway of [listed, unset]) {
        const response = await call(gateway, "/api/v1/context/x", { origin: other });
        expect(response.headers.has("access-control-allow-origin")).toBe(false);
        expect(response.headers.has("access-control-allow-credentials")).toBe(false);
      }
    });

    test("does not get credentials for a page that may, and shows its own headers beside ours", async () => {
      answer = () => ok("ok", opening);
      expect(corsOf(await call(listed, "/api/v1/context/x", { origin: page }))).toEqual({
        "access-control-allow-origin": page,
        "access-control-expose-headers": `X-Total, ${exposed}`,
      });
    });
  });

  describe("an error may be read by the page that caused it:", () => {
    test.each([
      ["a service that breaks off", "/api/v1/context/broken", 502],
      ["a path below no route", "/api/v1/nothing", 404],
      ["a path that the gateway's endpoints do not have", "/health/nothing", 404],
      ["a malformed own request", "/explain", 400],
    ])("%s", async (_name, path, status) => {
      answer = () => "HTTP/1.1 999 Strange\r\nContent-Length: 0\r\n\r\n";
      const response = await call(debug, path, { origin: page });
      expect([response.status, response.headers.get("access-control-allow-origin")]).toEqual([status, "*"]);
      expect(response.headers.get("access-control-expose-headers")).toContain("X-Request-ID");
    });

    test("a method that the route does not serve", async () => {
      const response = await call(listed, "/api/v1/context/x", { origin: page }, "DELETE");
      expect([response.status, response.headers.get("access-control-allow-origin")]).toEqual([405, page]);
    });
  });
});
