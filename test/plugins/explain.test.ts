import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { bothWays, type RunningGateway } from "../support/both-ways.ts";
import { runGateway } from "../support/gateway.ts";

const service = "http://127.0.0.1:9";

function ask(gateway: RunningGateway, query: string): Promise<Response> {
  return fetch(`${gateway.url}/explain?${query}`);
}

describe.each(bothWays)("%s", (_name, start) => {
  let open: RunningGateway;
  let shut: RunningGateway;

  beforeAll(async () => {
    const environment = { CONTEXT_SERVICE_URL: service };
    [open, shut] = await Promise.all([start({ ...environment, DEBUG: "true" }), start(environment)]);
  });

  afterAll(async () => {
    await Promise.all([open.stop(), shut.stop()]);
  });

  describe("with DEBUG", () => {
    test("a request is explained, instances included", async () => {
      const response = await ask(open, "path=/api/v1/context/x&method=POST");
      expect(response.status).toBe(200);
      expect(await response.json()).toEqual({
        method: "POST",
        path: "/api/v1/context/x",
        outcome: "route",
        route: {
          path_prefix: "/api/v1/context",
          methods: ["GET", "POST"],
          timeout: 30,
          retries: 2,
          retry_unsafe: false,
        },
        policies: { auth_required: "off", rate_limit: "on", circuit_breaker: "on" },
        chain: [
          { stage: "edge", plugin: "cors" },
          { stage: "identity", plugin: "auth" },
          { stage: "admission", plugin: "limits", facts: [expect.stringContaining("caller: ")] },
          { stage: "upstream", plugin: "breakers", facts: [expect.stringContaining("circuit closed: ")] },
        ],
        service: "context_service",
        forwards_to: "/x",
        balance: { policy: "least_loaded", hash_on: "client_address" },
        instances: [{ id: service, url: service, open: true, weight: 1, in_flight: 0, ejected: null }],
      });
    });

    test("the method is GET unless it is named", async () => {
      expect(await (await ask(open, "path=/nothing")).json()).toEqual({
        method: "GET",
        path: "/nothing",
        outcome: "not_found",
      });
    });

    test("the command asks it", async () => {
      const { code, stdout } = await runGateway(["explain", "/api/v1/context/x", "--url", open.url]);
      expect(code).toBe(0);
      expect(stdout).toContain("context_service");
      expect(stdout).toContain(service);
    });

    test.each([
      ["path=S3CRET", "path"],
      ["method=GET", "path"],
      [`path=/x&method=${"S3CRET".repeat(9)}`, "method"],
      [`path=/${"S3CRET".repeat(2000)}`, "path"],
      ["path=/S3CRET%2500", "path"],
      ["path=//S3CRET", "path"],
    ])("%s is refused, and what was sent is nowhere in the answer", async (query, path) => {
      const response = await ask(open, query);
      const text = await response.text();
      expect(response.status).toBe(400);
      expect(text).not.toContain("S3CRET");
      expect(JSON.parse(text).error).toMatchObject({
        code: "INVALID_REQUEST",
        details: { problems: [{ path, message: expect.any(String) }] },
      });
    });
  });

  describe("without DEBUG", () => {
    test("nobody is told: addresses of instances are an admin's business", async () => {
      const response = await ask(shut, "path=/api/v1/context/x");
      const text = await response.text();
      expect([response.status, response.headers.get("www-authenticate")]).toEqual([401, 'Bearer realm="gateway"']);
      expect(text).not.toContain(service);
      expect(JSON.parse(text).error).toMatchObject({ code: "AUTH_ERROR", details: { reason: "missing" } });
    });

    test("the command says why", async () => {
      const { code, stderr } = await runGateway(["explain", "/api/v1/context/x", "--url", shut.url]);
      expect(code).toBe(1);
      expect(stderr).toContain("401");
    });
  });
});
