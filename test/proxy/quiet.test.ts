import { afterAll, beforeAll, expect, test } from "bun:test";
import { idleSeconds } from "../../src/server/idle.ts";
import { type GatewayProcess, startGateway } from "../support/gateway.ts";
import { writeSettings } from "../support/config-file.ts";
import { rawCall, untilClosed } from "../support/raw-client.ts";
import { type ServiceProcess, startService } from "../support/service.ts";

/** Longer than Bun keeps a connection on which nothing moves. */
const quietMs = (idleSeconds + 5) * 1000;
const limitMs = quietMs + 20_000;
let service: ServiceProcess;
let gateway: GatewayProcess;

beforeAll(async () => {
  service = await startService();
  const routes = [
    { service: "slow_service", path_prefix: "/api/v1/patient", timeout: 120, auth_required: false },
    { service: "slow_service", path_prefix: "/api/v1/strict", timeout: idleSeconds + 2, auth_required: false },
  ];
  gateway = await startGateway({ SLOW_SERVICE_URL: service.url, CONFIG: writeSettings({ routes }) });
});

afterAll(async () => {
  await gateway.stop();
  await service.stop();
});

test.concurrent(
  "an answer may take longer than Bun's idle time",
  async () => {
    const answer = await fetch(`${gateway.url}/api/v1/patient/x?ms=${quietMs}`, { timeout: false });
    expect(answer.status).toBe(200);
  },
  limitMs,
);

test.concurrent(
  "a silent service is a 504 also past Bun's idle time",
  async () => {
    const answer = await fetch(`${gateway.url}/api/v1/strict/x?ms=${quietMs * 2}`, { timeout: false });
    expect(answer.status).toBe(504);
  },
  limitMs,
);

test.concurrent(
  "an event stream may be quiet for longer than that",
  async () => {
    const answer = await fetch(`${gateway.url}/api/v1/patient/events?quiet=${quietMs}`, { timeout: false });
    expect(await answer.text()).toContain("data: last");
  },
  limitMs,
);

for (const path of ["/api/v1/patient/x", "/api/v1/patient/drip?pieces=1"]) {
  test.concurrent(
    `a connection on which nothing moves any more is closed, also after ${path}`,
    async () => {
      const answer = await rawCall(gateway.port, `GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`, {
        until: untilClosed,
        limitMs,
      });
      expect(answer.status).toBe(200);
      expect(answer.ending).not.toBe("open");
    },
    limitMs + 5000,
  );
}
