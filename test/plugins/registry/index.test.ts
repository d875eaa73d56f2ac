import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { type InProcessGateway, startInProcess } from "../../support/in-process.ts";
import { waitFor } from "../../support/wait-for.ts";

const key = "k".repeat(32);
let gateway: InProcessGateway;
const service = Bun.serve({ port: 0, hostname: "127.0.0.1", fetch: () => Response.json({ by: "billing" }) });
const body = {
  service_name: "billing_service",
  host: "127.0.0.1",
  port: service.port,
  routes: [{ path_prefix: "/api/v1/billing", auth_required: false }],
};

beforeAll(async () => {
  gateway = await startInProcess({ environment: { REGISTRATION_KEY: key } });
});
afterAll(async () => {
  await gateway.stop();
  await service.stop(true);
});

async function ask(
  method: string,
  path: string,
  sent?: unknown,
  token = key,
): Promise<{ status: number; json: Record<string, unknown> }> {
  const answer = await fetch(`${gateway.url}/api/v1${path}`, {
    method,
    headers: { authorization: `Bearer ${token}` },
    ...(sent === undefined ? {} : { body: JSON.stringify(sent) }),
  });
  const text = await answer.text();
  return { status: answer.status, json: text === "" ? {} : (JSON.parse(text) as Record<string, unknown>) };
}

test("an instance registers, is checked, serves, renews, drains and leaves, each with its own token", async () => {
  const first = await ask("POST", "/services", body);
  expect(first).toMatchObject({
    status: 201,
    json: { service_name: "billing_service", status: "starting", lease_seconds: 30, heartbeat_seconds: 10 },
  });
  const { instance_id: id, lease_token: token } = first.json as { instance_id: string; lease_token: string };
  const path = `/services/billing_service/instances/${id}`;
  await waitFor("the first check", async () => (await fetch(`${gateway.url}/api/v1/billing`)).status === 200);

  expect(await ask("POST", "/services", body)).toMatchObject({
    status: 200,
    json: { instance_id: id, status: expect.any(String) },
  });
  expect(await ask("PUT", `${path}/heartbeat`, undefined, token)).toMatchObject({
    status: 200,
    json: { instance_id: id },
  });
  expect((await ask("GET", "/services/billing_service")).json).toMatchObject({
    instances: [{ instance_id: id, host: "127.0.0.1" }],
  });
  expect((await ask("GET", "/services")).json).toMatchObject({ services: [{ service_name: "billing_service" }] });

  expect(await ask("PATCH", path, { status: "draining" }, token)).toMatchObject({
    status: 200,
    json: { status: "draining" },
  });
  expect((await fetch(`${gateway.url}/api/v1/billing`)).status).toBe(503);
  expect(await ask("PATCH", path, { status: "starting" }, token)).toMatchObject({
    status: 200,
    json: { status: "starting" },
  });
  await waitFor("it to serve again", async () => (await fetch(`${gateway.url}/api/v1/billing`)).status === 200);

  expect(await ask("DELETE", path, undefined, token)).toEqual({ status: 204, json: {} });
  expect((await fetch(`${gateway.url}/api/v1/billing`)).status).toBe(404);
  expect(await ask("PUT", `${path}/heartbeat`, undefined, token)).toMatchObject({ status: 404 });
  expect(await ask("DELETE", path, undefined, token)).toMatchObject({ status: 404 });
});

describe("refused without a trace are", () => {
  test.each<[string, string, unknown, number]>([
    ["POST", "/services", { ...body, host: "8.8.8.8" }, 400],
    ["POST", "/services", { ...body, host: "169.254.169.254" }, 400],
    ["POST", "/services", { ...body, port: "hunter2" }, 400],
    ["POST", "/services", { ...body, routes: [{ path_prefix: "/api/v1/services/x" }] }, 409],
    ["POST", "/services", { ...body, service_name: "gateway", routes: [{ path_prefix: "/api/v1/auth" }] }, 409],
    ["PATCH", "/services/billing_service/instances/none", { status: "draining" }, 404],
    ["GET", "/services/nobody_service", undefined, 404],
    ["GET", "/services/__proto__", undefined, 404],
  ])("%s %s %j", async (method, path, sent, status) => {
    const answer = await ask(method, path, sent);
    expect(answer.status).toBe(status);
    expect(JSON.stringify(answer.json)).not.toContain("hunter2");
    expect((await ask("GET", "/services")).json).toEqual({ services: [] });
  });

  test("whoever has no key, before the body is looked at", async () => {
    for (const [method, path] of [
      ["POST", "/services"],
      ["GET", "/services"],
      ["GET", "/services/x"],
      ["PATCH", "/services/x/instances/y"],
    ] as const) {
      const answer = await fetch(`${gateway.url}/api/v1${path}`, {
        method,
        ...(method === "GET" ? {} : { body: "{" }),
      });
      expect([method, answer.status, answer.headers.get("www-authenticate")]).toEqual([
        method,
        401,
        'Bearer realm="gateway"',
      ]);
    }
  });
});
