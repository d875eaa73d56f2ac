import { afterEach, expect, test } from "bun:test";
import { type GatewayProcess, startGateway } from "../support/gateway.ts";
import { rawCall, untilClosed } from "../support/raw-client.ts";
import { type ServiceProcess, startService } from "../support/service.ts";
import { waitFor } from "../support/wait-for.ts";

let service: ServiceProcess | undefined;
let gateway: GatewayProcess | undefined;

async function start(drainSeconds: string): Promise<{ gateway: GatewayProcess; service: ServiceProcess }> {
  service = await startService();
  gateway = await startGateway({ SLOW_SERVICE_URL: service.url, DRAIN_SECONDS: drainSeconds });
  return { gateway, service };
}

afterEach(async () => {
  gateway?.process.kill("SIGKILL");
  await service?.stop();
});

test("on SIGTERM the gateway is not ready at once and names draining, requests in flight finish, and the exit code is 0", async () => {
  const { gateway } = await start("10");
  const slow = fetch(`${gateway.url}/api/v1/slow/x?ms=2000`);
  await Bun.sleep(100);
  gateway.process.kill("SIGTERM");
  await waitFor("not ready", async () => (await fetch(`${gateway.url}/health/ready`)).status === 503);
  const ready = await fetch(`${gateway.url}/health/ready`);
  expect(await ready.json()).toEqual({ status: "not_ready", missing: ["draining"] });
  expect(ready.headers.get("connection")).toBe("close");
  const answer = await slow;
  expect(answer.status).toBe(200);
  expect(await gateway.process.exited).toBe(0);
  expect(gateway.lines.some((line) => line.msg === "draining")).toBe(true);
  expect(gateway.lines.at(-1)?.msg).toBe("stopped");
});

test("a keep-alive connection is told to close while draining", async () => {
  const { gateway } = await start("5");
  gateway.process.kill("SIGTERM");
  await gateway.waitForLine((line) => line.msg === "draining");
  const answer = await rawCall(gateway.port, "GET /api/v1/slow/x HTTP/1.1\r\nHost: a\r\n\r\n", { until: untilClosed });
  expect(answer.status).toBe(200);
  expect(answer.header("connection")).toBe("close");
  expect(answer.ending).not.toBe("open");
  expect(await gateway.process.exited).toBe(0);
});

test("a stream may run on while draining, and is cut off at the deadline, still with exit code 0", async () => {
  const { gateway } = await start("2");
  const answer = rawCall(gateway.port, "GET /api/v1/slow/drip?pieces=1000 HTTP/1.1\r\nHost: a\r\n\r\n", {
    until: untilClosed,
    limitMs: 20_000,
  });
  await Bun.sleep(200);
  const started = performance.now();
  gateway.process.kill("SIGTERM");
  expect(await gateway.process.exited).toBe(0);
  const tookMs = performance.now() - started;
  expect(tookMs).toBeGreaterThan(1500);
  expect(tookMs).toBeLessThan(8000);
  const { body, ending } = await answer;
  expect(body).toContain("piece 5");
  expect(body.endsWith("0\r\n\r\n")).toBe(false);
  expect(ending).not.toBe("open");
}, 15_000);

test("a second signal ends the process at once", async () => {
  const { gateway } = await start("60");
  void rawCall(gateway.port, "GET /api/v1/slow/x?ms=60000 HTTP/1.1\r\nHost: a\r\n\r\n", { until: untilClosed });
  await Bun.sleep(200);
  gateway.process.kill("SIGTERM");
  await gateway.waitForLine((line) => line.msg === "draining");
  const started = performance.now();
  gateway.process.kill("SIGTERM");
  expect(await gateway.process.exited).not.toBe(0);
  expect(performance.now() - started).toBeLessThan(3000);
});

test("under load no request is lost: each one is answered, or was never taken in", async () => {
  const { gateway } = await start("10");
  let answered = 0;
  let lost = 0;
  const caller = async (): Promise<void> => {
    for (;;) {
      try {
        const answer = await fetch(`${gateway.url}/api/v1/slow/x?ms=5`);
        await answer.arrayBuffer();
        if (answer.status === 200) answered += 1;
        else lost += 1;
      } catch (error) {
        // The port is closed and nobody took the request in; anything else is a request that was lost.
        if (Reflect.get(Object(error), "code") !== "ECONNREFUSED") lost += 1;
        return;
      }
    }
  };
  const callers = Array.from({ length: 32 }, caller);
  await Bun.sleep(500);
  gateway.process.kill("SIGTERM");
  expect(await gateway.process.exited).toBe(0);
  await Promise.all(callers);
  expect(answered).toBeGreaterThan(100);
  expect(lost).toBe(0);
}, 20_000);
