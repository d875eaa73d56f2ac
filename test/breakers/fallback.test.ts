import { describe, expect, test } from "bun:test";
import type { Static } from "typebox";
import type { breakersRouteOptions } from "../../plugins/breakers/route-options.ts";
import { toAnswer } from "../support/auth-scene.ts";
import { type InProcessGateway, routeSetting, startInProcess } from "../support/in-process.ts";
import { type RawUpstream, ok, startRawUpstream } from "../support/raw-upstream.ts";
import { asAdmin } from "../support/token.ts";
import { type FailingService, startFailingService } from "./failing-service.ts";

type Said = Static<typeof breakersRouteOptions>;
const maintenance = { on: ["open", "unavailable"], status: 200, body: { items: [] }, headers: { "x-stale": "yes" } };
const everything = ["open", "unavailable", "error", "timeout"];

interface Scene extends AsyncDisposable {
  readonly gateway: InProcessGateway;
  readonly service: FailingService;
  readonly other: RawUpstream;
  call(init?: RequestInit): ReturnType<typeof toAnswer>;
  open(): Promise<unknown>;
}

/** A service that fails, and another one beside it whose route may ask for more. */
async function openScene(fallback: object, otherRoute: object = {}, plugins: object = {}): Promise<Scene> {
  const service = await startFailingService();
  const other = await startRawUpstream((_, socket) => socket.write(ok("other")));
  const breakers = { fallback } as Said;
  const gateway = await startInProcess({
    environment: { A_SERVICE_URL: service.url, B_SERVICE_URL: other.url },
    routes: [
      routeSetting({ service: "a_service", path_prefix: "/api/v1/a", timeout: 0.3, plugins: { breakers, ...plugins } }),
      routeSetting({ service: "b_service", path_prefix: "/api/v1/b", ...otherRoute }),
    ],
  });
  const circuit = `${gateway.url}/api/v1/circuits/a_service`;
  return {
    gateway,
    service,
    other,
    call: async (init = {}) => toAnswer(await fetch(`${gateway.url}/api/v1/a/x?y=1`, init)),
    open: () => fetch(`${circuit}/open`, { method: "POST", headers: asAdmin() }),
    async [Symbol.asyncDispose]() {
      await Promise.all([gateway.stop(), service.kill()]);
      other.close();
    },
  };
}

describe("a static answer", () => {
  test("stands in while the circuit is open, and says so", async () => {
    await using scene = await openScene(maintenance);
    expect((await scene.call()).headers.get("x-fallback")).toBeNull();
    await scene.open();
    const { status, headers, body } = await scene.call({ method: "POST", body: "x" });
    expect([status, body, headers.get("x-stale"), headers.get("x-fallback"), headers.get("content-type")]).toEqual([
      200,
      { items: [] },
      "yes",
      "static",
      "application/json",
    ]);
  });

  test("does not hide failures that it was not asked to hide", async () => {
    await using scene = await openScene(maintenance);
    await scene.service.become("storm");
    expect(await scene.call()).toMatchObject({ status: 503, text: "" });
  });

  test.each(["storm", "garbage", "reset", "silent"] as const)("hides %s when asked to", async (mood) => {
    await using scene = await openScene({ ...maintenance, on: everything });
    await scene.service.become(mood);
    const { status, headers } = await scene.call();
    expect([status, headers.get("x-fallback")]).toEqual([200, "static"]);
  });
});

describe("another service", () => {
  test("gets the request by the same rules, body included, while the circuit is open", async () => {
    await using scene = await openScene({ on: ["open"], service: "b_service" });
    await scene.open();
    const { text, headers } = await scene.call({ method: "POST", body: "x" });
    expect([text, headers.get("x-fallback")]).toEqual(["other", "b_service"]);
    expect(scene.other.requests.map(({ method, target }) => `${method} ${target}`)).toEqual(["POST /x?y=1"]);
    expect(await scene.service.seen()).toBe(0);
  });

  test.each(["storm", "garbage", "reset", "silent"] as const)("answers a GET after %s", async (mood) => {
    await using scene = await openScene({ on: everything, service: "b_service" });
    await scene.service.become(mood);
    expect((await scene.call()).text).toBe("other");
    expect(scene.other.requests).toHaveLength(1);
  });

  test.each(["storm", "reset", "silent"] as const)("never gets a POST that %s may have done", async (mood) => {
    await using scene = await openScene({ on: everything, service: "b_service" });
    await scene.service.become(mood);
    expect((await scene.call({ method: "POST", body: "x" })).headers.get("x-fallback")).toBeNull();
    expect(scene.other.requests).toEqual([]);
  });

  test.each([
    ["gets the body of a PUT again", "x".repeat(1000), "other"],
    ["cannot get one that streamed", "x".repeat(100_000), undefined],
  ])("%s", async (_, body, text) => {
    await using scene = await openScene({ on: everything, service: "b_service" });
    await scene.service.become("storm");
    const answer = await scene.call({ method: "PUT", body });
    expect(answer.headers.get("x-fallback")).toBe(text === undefined ? null : "b_service");
    expect(scene.other.requests.map(({ method }) => method)).toEqual(text === undefined ? [] : ["PUT"]);
  });

  test("that fails as well leaves the first failure to be told", async () => {
    await using scene = await openScene({ on: ["open"], service: "b_service" });
    await scene.open();
    scene.other.close();
    const { code, details, headers } = await scene.call();
    expect([code, details["service"], headers.get("x-fallback")]).toEqual(["CIRCUIT_OPEN", "a_service", null]);
  });

  test("gets nothing while its own circuit is open", async () => {
    await using scene = await openScene({ on: ["open"], service: "b_service" });
    await scene.open();
    await fetch(`${scene.gateway.url}/api/v1/circuits/b_service/open`, { method: "POST", headers: asAdmin() });
    expect((await scene.call()).details["service"]).toBe("a_service");
    expect(scene.other.requests).toEqual([]);
  });

  test.each([
    ["wants a token", { auth_required: true }],
    ["serves fewer methods", { methods: ["GET"] }],
    ["shows its service only below a prefix", { strip_prefix: false }],
  ])("is out of reach when its route %s and this one does not", async (_, otherRoute) => {
    await using scene = await openScene({ on: ["open"], service: "b_service" }, otherRoute);
    await scene.open();
    expect((await scene.call()).code).toBe("CIRCUIT_OPEN");
    expect(scene.other.requests).toEqual([]);
    const warnings = scene.gateway.lines.filter(({ msg }) => msg.startsWith("a fallback cannot be used"));
    expect(warnings).toMatchObject([{ level: "warn", service: "a_service", fallback: "b_service" }]);
  });

  test.each([
    ["before the first service has been asked", "open"],
    ["after it has failed", "error"],
  ])("gets no credentials that were for the first service, %s", async (_, on) => {
    await using scene = await openScene(
      { on: [on], service: "b_service" },
      {},
      { auth: { forward_token: true, assertion: false } },
    );
    const headers = { authorization: "Bearer secret", cookie: "a=b" };
    await scene.service.become("storm");
    if (on === "open") await scene.open();
    expect((await scene.call({ headers })).headers.get("x-fallback")).toBe("b_service");
    expect(scene.other.requests[0]?.header("authorization")).toBeUndefined();
    expect(scene.other.requests[0]?.header("cookie")).toBe("a=b");
  });

  test("answers when no instance of the first is there", async () => {
    const other = await startRawUpstream((_, socket) => socket.write(ok("other")));
    const breakers = { fallback: { on: ["unavailable"], service: "b_service" } };
    const gateway = await startInProcess({
      environment: { B_SERVICE_URL: other.url },
      routes: [
        routeSetting({ service: "a_service", path_prefix: "/a", plugins: { breakers } }),
        routeSetting({ service: "b_service", path_prefix: "/b" }),
      ],
    });
    expect(await (await fetch(`${gateway.url}/a`)).text()).toBe("other");
    await gateway.stop();
    other.close();
  });
});
