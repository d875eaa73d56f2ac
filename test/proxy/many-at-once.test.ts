import { afterAll, beforeAll, expect, test } from "bun:test";
import { type GatewayProcess, startGateway } from "../support/gateway.ts";
import { rawCall } from "../support/raw-client.ts";
import { type ServiceProcess, startService } from "../support/service.ts";

let services: ServiceProcess[];
let gateway: GatewayProcess;

beforeAll(async () => {
  services = await Promise.all([startService(), startService()]);
  gateway = await startGateway({ SLOW_SERVICE_URL: services.map(({ url }) => url).join(",") });
});

afterAll(async () => {
  await gateway.stop();
  await Promise.all(services.map((service) => service.stop()));
});

test("2,000 requests to a service that takes a second are all in flight at once", async () => {
  const started = performance.now();
  const answers = await Promise.all(
    Array.from({ length: 2000 }, (_, index) =>
      rawCall(gateway.port, `GET /api/v1/slow/x?ms=1000 HTTP/1.1\r\nHost: a\r\nX-Call: ${index}\r\n\r\n`, {
        limitMs: 20_000,
      }),
    ),
  );
  const tookMs = performance.now() - started;
  expect(answers.filter((answer) => answer.status === 200).length).toBe(2000);
  // Each caller got the answer to its own request.
  expect(answers.every((answer, index) => answer.body.includes(`"id":"${index}"`))).toBe(true);
  // In batches of 256 it would take eight seconds.
  expect(tookMs).toBeLessThan(6000);
}, 30_000);

test("requests spread over both instances", async () => {
  await Promise.all(
    Array.from({ length: 200 }, () => fetch(`${gateway.url}/api/v1/slow/x?ms=50`).then((answer) => answer.text())),
  );
  const counts = await Promise.all(services.map(({ url }) => fetch(`${url}/x`).then((answer) => answer.status)));
  expect(counts).toEqual([200, 200]);
});
