import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { bothWays, type RunningGateway } from "../support/both-ways.ts";
import { type GatewayProcess, startGateway } from "../support/gateway.ts";
import { rawCall } from "../support/raw-client.ts";
import { ok, type RawUpstream, startRawUpstream } from "../support/raw-upstream.ts";
import { waitFor } from "../support/wait-for.ts";

const paths = ["/health", "/health/live", "/health/ready"];

describe.each(bothWays)("%s", (_name, start) => {
  let gateway: RunningGateway;

  beforeAll(async () => {
    gateway = await start();
  });

  afterAll(async () => {
    await gateway.stop();
  });

  test("/health tells status, version and the time in ISO 8601, UTC", async () => {
    const before = Date.now();
    const response = await fetch(`${gateway.url}/health`);
    const body = (await response.json()) as { status: string; version: string; timestamp: string };
    expect(response.status).toBe(200);
    expect(Object.keys(body)).toEqual(["status", "version", "timestamp"]);
    expect(body.status).toBe("healthy");
    expect(body.version).toMatch(/^\d+\.\d+\.\d+$/);
    expect(new Date(body.timestamp).toISOString()).toBe(body.timestamp);
    expect(Date.parse(body.timestamp)).toBeWithin(before - 1000, Date.now() + 1000);
  });

  test("/health/live and /health/ready say so", async () => {
    expect(await (await fetch(`${gateway.url}/health/live`)).json()).toEqual({ status: "live" });
    const ready = await fetch(`${gateway.url}/health/ready`);
    expect([ready.status, await ready.json()]).toEqual([200, { status: "ready" }]);
  });

  describe.each(paths)("%s", (path) => {
    test("is never kept by a cache", async () => {
      const response = await fetch(gateway.url + path);
      expect(response.headers.get("cache-control")).toBe("no-store");
      expect(response.headers.get("content-type")).toStartWith("application/json");
      expect(response.headers.get("x-request-id")).toMatch(/^[\w-]{36}$/);
    });

    test("answers HEAD with the length of the body that GET gets", async () => {
      const length = (await (await fetch(gateway.url + path)).arrayBuffer()).byteLength;
      const head = await fetch(gateway.url + path, { method: "HEAD" });
      expect([head.status, head.headers.get("content-length")]).toEqual([200, String(length)]);
      expect(await head.text()).toBe("");
    });

    test.each(["POST", "PUT", "PATCH", "DELETE", "OPTIONS"])("refuses %s, with Allow", async (method) => {
      const response = await fetch(gateway.url + path, { method });
      expect([response.status, response.headers.get("allow")]).toEqual([405, "GET, HEAD"]);
      expect((await response.json()).error.code).toBe("METHOD_NOT_ALLOWED");
    });
  });
});

describe("while draining", () => {
  let upstream: RawUpstream;
  let draining: GatewayProcess;
  let finish = () => {};

  beforeAll(async () => {
    upstream = await startRawUpstream((_request, socket) => {
      finish = () => socket.write(ok("late"));
    });
    draining = await startGateway({ SLOW_SERVICE_URL: upstream.url, DRAIN_SECONDS: "20" });
  });

  afterAll(async () => {
    await draining.stop();
    upstream.close();
  });

  test("ready is 503 and names what is missing; live and health stay 200; work in flight finishes; exit 0", async () => {
    const work = fetch(`${draining.url}/api/v1/slow`);
    await waitFor("the request in flight", () => upstream.requests.length === 1);
    draining.process.kill("SIGTERM");
    await draining.waitForLine((line) => line.msg === "draining");

    const ask = (path: string) => rawCall(draining.port, `GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`);
    const [ready, live, health] = await Promise.all([ask("/health/ready"), ask("/health/live"), ask("/health")]);
    expect(ready.status).toBe(503);
    expect(JSON.parse(ready.body)).toEqual({ status: "not_ready", missing: ["draining"] });
    expect(ready.header("cache-control")).toBe("no-store");
    expect(ready.header("connection")).toBe("close");
    expect([live.status, health.status]).toEqual([200, 200]);

    finish();
    expect(await (await work).text()).toBe("late");
    expect(await draining.process.exited).toBe(0);
  });
});
