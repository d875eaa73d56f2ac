import { describe, expect, test } from "bun:test";
import { routeSetting, startInProcess } from "../support/in-process.ts";
import { asAdmin, signToken } from "../support/token.ts";
import { openScene } from "./scene.ts";

const as = (scope: string): RequestInit => ({ headers: { authorization: `Bearer ${signToken({ scope })}` } });

test("a circuit is shown with its state, its counts and its last failure", async () => {
  await using scene = await openScene();
  await scene.statuses(2);
  await scene.service.become("storm");
  await scene.statuses(1);
  expect(await scene.circuit()).toEqual({
    service: "a_service",
    state: "closed",
    failures: 1,
    requests: 3,
    since: expect.stringMatching(/^\d{4}-.*Z$/),
    retry_after: null,
    last_failure: { at: expect.stringMatching(/^\d{4}-.*Z$/), reason: "answered 503" },
  });
});

describe("by hand", () => {
  test("open stays open, and says that nobody knows for how long", async () => {
    await using scene = await openScene();
    expect((await scene.act("open")).body).toMatchObject({ service: "a_service", state: "open", retry_after: null });
    await Bun.sleep(1200);
    const { code, details, headers } = await scene.get();
    expect([code, details, headers.get("retry-after")]).toEqual([
      "CIRCUIT_OPEN",
      { service: "a_service", retry_after: null },
      "1",
    ]);
    expect(await scene.service.seen()).toBe(0);
  });

  test.each(["reset", "close"] as const)("%s closes at once, also without a ramp, and forgets", async (action) => {
    await using scene = await openScene({ CIRCUIT_RAMP_SECONDS: "60" });
    await scene.service.become("storm");
    await scene.statuses(5);
    await scene.service.become("good");
    expect((await scene.act(action)).body).toMatchObject({ state: "closed", failures: 0, requests: 0 });
    expect(await scene.statuses(10)).toEqual(Array.from({ length: 10 }, () => 200));
  });
});

describe("who may", () => {
  test.each(["GET /circuits", "POST /circuits/a_service/reset", "POST /circuits/a_service/open"])(
    "%s",
    async (line) => {
      await using scene = await openScene();
      const [method = "", path = ""] = line.split(" ");
      const ask = async (init: RequestInit) => scene.get(path, { ...init, method });
      expect(await ask({})).toMatchObject({ status: 401, code: "AUTH_ERROR", details: { reason: "missing" } });
      expect(await ask({ headers: { authorization: "Bearer x" } })).toMatchObject({ status: 401, code: "AUTH_ERROR" });
      expect(await ask(as("read write"))).toMatchObject({
        status: 403,
        code: "INSUFFICIENT_SCOPE",
        details: { required_scopes: ["admin"] },
      });
      expect((await scene.circuit())?.state).toBe("closed");
      expect((await ask({ headers: asAdmin() })).status).toBe(200);
    },
  );

  test.each(["b_service", "constructor", "__proto__", "%2e%2e"])("%s is nobody's circuit", async (name) => {
    await using scene = await openScene();
    const answer = await scene.get(`/circuits/${name}/open`, { method: "POST", headers: asAdmin() });
    expect([400, 404]).toContain(answer.status);
    expect((await scene.circuit())?.state).toBe("closed");
  });
});

test("explain says that the policy is on, where in the chain, and how the circuit is", async () => {
  const fallback = { on: ["open"], status: 200 };
  await using scene = await openScene({ CIRCUIT_FAILURE_RATE: "0.5" }, { fallback });
  await scene.act("open");
  const answer = await fetch(`${scene.gateway.url}/explain?path=/api/v1/a`, { headers: asAdmin() });
  const facts = [
    "circuit open: opens at a share of failures of 0.5 in 120 s of at least 5 requests, for 1 s",
    "fallback when open: 200, always the same",
  ];
  expect(await answer.json()).toMatchObject({
    policies: { circuit_breaker: "on" },
    chain: expect.arrayContaining([{ stage: "upstream", plugin: "breakers", facts }]),
  });
});

test("one circuit is shared by all routes of a service, and left alone by those without the policy", async () => {
  const upstream = Bun.serve({ port: 0, hostname: "127.0.0.1", fetch: () => new Response(null, { status: 503 }) });
  const route = { service: "a_service", rate_limit: false };
  const gateway = await startInProcess({
    environment: { A_SERVICE_URL: upstream.url.origin, CIRCUIT_FAILURES: "5" },
    routes: [
      routeSetting({ ...route, path_prefix: "/one" }),
      routeSetting({ ...route, path_prefix: "/two" }),
      routeSetting({ ...route, path_prefix: "/off", circuit_breaker: false }),
    ],
  });
  const codeOf = async (path: string): Promise<string> => (await fetch(gateway.url + path)).text();
  for (let index = 0; index < 5; index += 1) await codeOf("/one");
  expect(await codeOf("/two")).toContain("CIRCUIT_OPEN");
  expect(await codeOf("/off")).toBe("");
  await gateway.stop();
  await upstream.stop(true);
});
