import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { type Answer, type AuthScene, openAuthScene } from "../support/auth-scene.ts";
import { runGateway } from "../support/gateway.ts";
import { handMadeToken } from "../support/hand-made-token.ts";
import { apiKeys, clientSecret } from "../support/users-file.ts";
import { waitFor } from "../support/wait-for.ts";

let scene: AuthScene;
let clientToken: string;
let adminToken: string;
beforeAll(async () => {
  scene = await openAuthScene();
  const grant = { grant_type: "client_credentials", client_id: "billing", client_secret: clientSecret };
  clientToken = String((await scene.ask(grant)).body["access_token"]);
  adminToken = (await scene.logIn("ada")).access;
});
afterAll(() => scene.close());

const register = (service: string, token: string | undefined, more: object = {}): Promise<Answer> =>
  scene.post(
    "/services",
    JSON.stringify({
      service_name: service,
      host: "127.0.0.1",
      port: scene.service.port,
      check_endpoint: "/",
      ...more,
    }),
    { "content-type": "application/json", ...(token === undefined ? {} : { authorization: `Bearer ${token}` }) },
  );

describe("registering", () => {
  test("a client registers the services that it lists, and no others", async () => {
    const { status, body } = await register("billing_service", clientToken);
    expect([status, body["service_name"]]).toEqual([201, "billing_service"]);
    for (const other of ["context_service", "billing_service2", "billing", "echo_service"]) {
      const answer = await register(other, clientToken);
      expect([answer.status, answer.code]).toEqual([403, "INSUFFICIENT_SCOPE"]);
    }
  });

  test.each([
    ["nobody", async () => undefined, 401, "missing"],
    ["a token that does not count", async () => `${clientToken}x`, 401, "bad_signature"],
    ["a user with other scopes", async () => (await scene.logIn("ben")).access, 403, undefined],
    ["a token with the scope and without a list", () => handMadeToken({ scope: "service" }), 403, undefined],
    [
      "a client's token without the scope",
      () => handMadeToken({ sub: "billing", client_id: "billing", services: ["billing_service"], scope: "read" }),
      403,
      undefined,
    ],
    ["service:*", () => handMadeToken({ scope: "service:* services" }), 403, undefined],
  ])("%s does not", async (_, token, status, reason) => {
    const answer = await register("billing_service", await token());
    expect([answer.status, answer.details["reason"]]).toEqual([status, reason]);
  });

  test("an admin registers anything, reads the registry, and leaves it to nobody else to read", async () => {
    expect((await register("weather_service", adminToken)).status).toBe(201);
    const services = await scene.call("/services", adminToken);
    expect(services.status).toBe(200);
    expect(services.text).toContain("weather_service");
    const others = [clientToken, (await scene.logIn("ben")).access, (await scene.logIn("cyd")).access];
    for (const token of others) expect((await scene.call("/services", token)).status).toBe(403);
    expect((await scene.call("/services")).status).toBe(401);
    const withKey = await scene.call("/services", undefined, { headers: { "x-api-key": apiKeys.reader } });
    expect(withKey.status).toBe(403);
  });

  test.each<[string, object, string]>([
    [
      "another service as a fallback",
      { breakers: { fallback: { service: "echo_service" } } },
      "routes[0].breakers.fallback.service",
    ],
    ["what a request costs", { limits: { cost: 1_000_000 } }, "routes[0].limits.cost"],
    ["that it gets callers' tokens", { auth: { forward_token: true } }, "routes[0].auth.forward_token"],
  ])("only an operator says of a route %s", async (_, more, path) => {
    const routes = [{ path_prefix: "/api/v1/bold", ...more }];
    const refused = await register("billing_service", clientToken, { routes });
    expect([refused.status, refused.code]).toEqual([400, "INVALID_REQUEST"]);
    expect(refused.details["problems"]).toEqual([
      { path, message: expect.stringContaining("unless an operator registers it") },
    ]);
    expect((await register("bold_service", adminToken, { routes })).status).toBeLessThan(300);
    const id = JSON.parse((await scene.call("/services/bold_service", adminToken)).text).instances[0].instance_id;
    await scene.call(`/services/bold_service/instances/${id}`, adminToken, { method: "DELETE" });
  });

  test("a registered route wants the scopes that it names, whoever calls", async () => {
    const routes = [{ path_prefix: "/api/v1/forecast", scopes: ["read", "forecast"] }];
    expect((await register("forecast_service", adminToken, { routes })).status).toBe(201);
    const token = await handMadeToken({ scope: "forecast read" });
    await waitFor("the service to be healthy", async () => (await scene.call("/forecast", token)).status === 200);
    const refused = await scene.call("/forecast", adminToken);
    expect([refused.status, refused.details["required_scopes"]]).toEqual([403, ["read", "forecast"]]);
  });

  test("the registered service is guarded, and told who calls", async () => {
    await register("billing_service", clientToken);
    await waitFor("the service to be healthy", async () => (await scene.call("/billing", adminToken)).status === 200);
    expect((await scene.call("/billing")).status).toBe(401);
    const last = scene.service.requests.at(-1);
    expect(last?.header("x-authenticated-user")).toBe("ada");
    expect(last?.header("authorization")).toBeUndefined();
  });
});

describe("gateway explain --url", () => {
  const explain = (token: string) =>
    runGateway(["explain", "/api/v1/guarded", "--url", scene.gateway.url], { GATEWAY_TOKEN: token });

  test("shows a running gateway to an admin, with auth in the chain", async () => {
    const { code, stdout } = await explain(adminToken);
    expect(code).toBe(0);
    expect(stdout).toContain("auth");
    expect(stdout).toContain(String(scene.service.port));
  });

  test("shows nothing to others, and not their token either", async () => {
    for (const token of [clientToken, (await scene.logIn("ben")).access, "planted-token"]) {
      const { code, stdout, stderr } = await explain(token);
      expect(code).toBe(1);
      expect(stdout + stderr).not.toContain(String(scene.service.port));
      expect(stdout + stderr).not.toContain(token);
    }
  });
});
