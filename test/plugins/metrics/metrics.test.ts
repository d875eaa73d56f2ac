import { afterEach, describe, expect, test } from "bun:test";
import { definePlugin } from "@isaas/gateway-sdk/plugin";
import { Type } from "typebox";
import { createMetrics } from "../../../src/observe/metrics.ts";
import { type InProcessGateway, startInProcess } from "../../support/in-process.ts";

const token = "token-of-prometheus";
let gateway: InProcessGateway | undefined;
afterEach(async () => {
  await gateway?.stop();
  gateway = undefined;
});

async function scrape(headers: Record<string, string> = {}): Promise<Response> {
  return fetch(`${gateway?.url}/metrics`, { headers });
}

test("what plugins count is told as Prometheus reads it", async () => {
  const counting = definePlugin({
    name: "counting",
    stage: "edge",
    options: Type.Object({}),
    setup({ metrics }) {
      const seen = metrics.counter("seen_total", "Things seen.", ["kind"]);
      seen.add({ kind: "a" });
      seen.add({ kind: "a" }, 2);
      return {};
    },
  });
  gateway = await startInProcess({ plugins: [counting] });
  const answer = await scrape();
  expect(answer.status).toBe(200);
  expect(answer.headers.get("content-type")).toStartWith("text/plain; version=0.0.4");
  const text = await answer.text();
  expect(text).toContain('# TYPE gateway_seen_total counter\ngateway_seen_total{kind="a"} 3\n');
  expect(text).toContain("gateway_store_available 1\n");
  expect(text).toContain("gateway_members 1\n");
  expect(text).toContain("gateway_limits_alone 0\n");
});

test("refused requests and circuits are counted", async () => {
  const dead = "http://127.0.0.1:1";
  gateway = await startInProcess({
    environment: { DEAD_SERVICE_URL: dead, RATE_LIMIT_BURST: "8", RATE_LIMIT_PER_SECOND: "1", CIRCUIT_FAILURES: "5" },
  });
  for (let call = 0; call < 10; call += 1) await fetch(`${gateway.url}/api/v1/dead/x`);
  const text = await (await scrape()).text();
  expect(text).toContain('gateway_circuit_state{service="dead_service"} 2\n');
  expect(text).toContain('gateway_circuit_changes_total{service="dead_service",to="open"} 1\n');
  expect(text).toMatch(/gateway_limited_requests_total\{rule="caller"\} [12]\n/);
});

describe("with METRICS_TOKEN", () => {
  test.each([
    ["no credentials", {}],
    ["another token", { authorization: "Bearer token-of-prometheuS" }],
    ["the token as another scheme", { authorization: `Basic ${token}` }],
    ["a part of it", { authorization: `Bearer ${token.slice(1)}` }],
  ])("%s is 401", async (_, headers) => {
    gateway = await startInProcess({ environment: { METRICS_TOKEN: token } });
    const answer = await scrape(headers as Record<string, string>);
    expect(answer.status).toBe(401);
    expect(await answer.text()).not.toContain("gateway_");
  });

  test("the token is let in", async () => {
    gateway = await startInProcess({ environment: { METRICS_TOKEN: token } });
    expect((await scrape({ authorization: `Bearer ${token}` })).status).toBe(200);
  });
});

test("a level that is not there any more is not told any more", async () => {
  const metrics = createMetrics();
  const levels = new Map([["a", 1]]);
  metrics.gauge("level", "A level.", ["of"], () => [...levels].map(([of, value]) => [{ of }, value] as const));
  expect((await metrics.render()).text).toContain('gateway_level{of="a"} 1');
  levels.clear();
  expect((await metrics.render()).text).not.toContain("of=");
});
