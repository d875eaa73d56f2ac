import { afterEach, describe, expect, test } from "bun:test";
import { routeSetting } from "../../support/in-process.ts";
import { bearer, plain, rule, type Scene, type SceneOptions, startScene } from "./scene.ts";

let scene: Scene;
afterEach(() => scene.stop());
const start = async (options: SceneOptions): Promise<void> => void (scene = await startScene(options));
const withRule = (burst: number, more: object = {}): Promise<void> => start({ limits: { rules: [rule(burst, more)] } });

describe("a limited route", () => {
  test("lets the burst through and refuses the rest with 429 RATE_LIMIT", async () => {
    await withRule(20);
    expect(await scene.burst(50)).toEqual({ 200: 20, 429: 30 });
    const refused = await scene.get();
    const body = (await refused.json()) as { error: { code: string; details: Record<string, number> } };
    expect(body.error).toMatchObject({ code: "RATE_LIMIT", details: { limit: 0.001, burst: 20 } });
    const retryAfterMs = body.error.details["retry_after_ms"] ?? 0;
    expect(retryAfterMs).toBeGreaterThan(900_000);
    expect(Number(refused.headers.get("retry-after"))).toBe(Math.ceil(retryAfterMs / 1000));
  });

  test("lets the caller in again once Retry-After is over", async () => {
    await start({ limits: { rules: [{ name: "two", per_second: 2, burst: 2, per: ["caller"] }] } });
    await scene.burst(10);
    const refused = await scene.get();
    expect(refused.status).toBe(429);
    expect(refused.headers.get("retry-after")).toBe("1");
    await Bun.sleep(1000);
    expect((await scene.get()).status).toBe(200);
  });

  test("counts with rate_limit_per_second and rate_limit_burst where it says nothing", async () => {
    await start({ environment: { RATE_LIMIT_BURST: "5" } });
    const { 200: passed = 0 } = await scene.burst(40);
    expect(passed).toBeGreaterThanOrEqual(5);
    expect(passed).toBeLessThan(10);
  });

  test("counts nobody, and says nothing of limits, with rate_limit: false", async () => {
    await start({ route: { rate_limit: false }, environment: { RATE_LIMIT_BURST: "1" } });
    expect(await scene.burst(30)).toEqual({ 200: 30 });
    expect((await scene.get()).headers.has("x-ratelimit-limit")).toBe(false);
  });

  test("takes the cost of a request as a whole", async () => {
    await start({ limits: { rules: [rule(10)], cost: 3 } });
    expect(await scene.burst(10)).toEqual({ 200: 3, 429: 7 });
  });

  test("takes a whole burst where the cost is more than that", async () => {
    await start({ limits: { rules: [rule(2)], cost: 100 } });
    expect(await scene.burst(3)).toEqual({ 200: 1, 429: 2 });
  });

  test("takes nothing from a wide rule when a narrow one refuses", async () => {
    await start({ limits: { rules: [rule(10, { name: "wide" }), rule(2, { name: "narrow" })] } });
    await scene.burst(30);
    const { headers } = await scene.get();
    expect(headers.get("ratelimit")).toMatch(/^"wide";r=8, "narrow";r=0;t=\d+$/);
  });

  test("refuses nobody in shadow mode, and the log says how many it would have", async () => {
    await start({ limits: { rules: [rule(2)], shadow: true } });
    expect(await scene.burst(10)).toEqual({ 200: 10 });
    expect((await scene.get()).headers.get("x-ratelimit-remaining")).toBe("0");
    await scene.stop();
    expect(scene.gateway.lines).toContainEqual(
      expect.objectContaining({
        level: "info",
        msg: "shadow mode: would have refused requests",
        rule: "few",
        service: "a_service",
        refused: 9,
      }),
    );
  });
});

test("a rule of one service's route leaves the buckets of all others alone, whatever its name", async () => {
  const few = { name: "caller", per_second: 0.001, burst: 1, per: ["caller"] };
  const route = (service: string) =>
    routeSetting({ service, path_prefix: `/api/v1/${service}`, plugins: { limits: { rules: [few], ...plain } } });
  await start({ more: [route("b_service"), route("c_service")] });
  expect(await scene.burst(3, {}, "/api/v1/b_service")).toEqual({ 503: 1, 429: 2 });
  expect(await scene.burst(3, {}, "/api/v1/c_service")).toEqual({ 503: 1, 429: 2 });
  expect(await scene.burst(5)).toEqual({ 200: 5 });
});

describe("a caller is", () => {
  const auth = { auth_required: true };

  test("a user, whatever the token and the address", async () => {
    await start({ route: auth, limits: { rules: [rule(3)] } });
    const statuses: number[] = [];
    for (let call = 0; call < 5; call += 1) statuses.push((await scene.get(undefined, bearer("ada"))).status);
    expect(statuses).toEqual([200, 200, 200, 429, 429]);
    expect((await scene.get(undefined, bearer("ben"))).status).toBe(200);
  });

  test("not counted when the token is refused", async () => {
    await start({ route: auth, limits: { rules: [rule(1)] } });
    for (let call = 0; call < 5; call += 1) {
      const answer = await scene.get(undefined, { authorization: "Bearer nonsense" });
      expect(answer.status).toBe(401);
      expect(answer.headers.has("x-ratelimit-limit")).toBe(false);
    }
    expect((await scene.get(undefined, bearer("ada", { scope: "other" }))).status).toBe(403);
    expect((await scene.get(undefined, bearer("ada"))).status).toBe(200);
  });

  test("bound by a rule for a scope only with that scope, and by one without it only otherwise", async () => {
    const rules = [rule(2, { name: "others", unless_scopes: ["gold"] }), rule(5, { name: "gold", scopes: ["gold"] })];
    await start({ route: auth, limits: { rules } });
    expect(await scene.burst(10, bearer("ada"))).toEqual({ 200: 2, 429: 8 });
    expect(await scene.burst(10, bearer("midas", { scope: "read gold" }))).toEqual({ 200: 5, 429: 5 });
  });
});

describe("nobody gets round a limit", () => {
  test("by naming another address in X-Forwarded-For", async () => {
    await withRule(5);
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, i) =>
        scene.get(undefined, { "x-forwarded-for": `203.0.113.${i}`, forwarded: `for=203.0.113.${i}` }),
      ),
    );
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(5);
  });

  test("by moving inside a /64 of IPv6; another one is another caller", async () => {
    await start({ limits: { rules: [rule(5)] }, environment: { TRUSTED_PROXIES: "127.0.0.1" } });
    const statuses: number[] = [];
    for (let i = 0; i < 10; i += 1) {
      statuses.push((await scene.get(undefined, { "x-forwarded-for": `2001:db8:1:2:${i}::${i}` })).status);
    }
    expect(statuses).toEqual([200, 200, 200, 200, 200, 429, 429, 429, 429, 429]);
    expect((await scene.get(undefined, { "x-forwarded-for": "2001:db8:1:3::1" })).status).toBe(200);
  });

  test("by HEAD, other methods, queries, longer paths or encodings", async () => {
    await withRule(6);
    const ways: [string, string][] = [
      ["/api/v1/a", "HEAD"],
      ["/api/v1/a", "POST"],
      ["/api/v1/a?x=1", "GET"],
      ["/api/v1/a/b", "GET"],
      ["/api/v1/a/%62", "GET"],
      ["/api/v1/./a", "GET"],
    ];
    for (const [path, method] of ways) expect((await scene.get(path, {}, method)).status).toBe(200);
    for (const [path, method] of ways) expect((await scene.get(path, {}, method)).status).toBe(429);
  });

  test("by another case of the path: no route is there", async () => {
    await withRule(1);
    expect((await scene.get("/api/v1/A")).status).toBe(404);
    expect((await scene.get("/API/v1/a")).status).toBe(404);
  });

  test("by leaving a header out: then the address counts", async () => {
    await withRule(2, { per: ["header:X-Tenant"] });
    expect(await scene.burst(5, { "x-tenant": "red" })).toEqual({ 200: 2, 429: 3 });
    expect(await scene.burst(5, { "x-tenant": "blue" })).toEqual({ 200: 2, 429: 3 });
    expect(await scene.burst(5)).toEqual({ 200: 2, 429: 3 });
    expect(await scene.burst(5, { "x-tenant": "address 127.0.0.1" })).toEqual({ 200: 2, 429: 3 });
  });

  test("by asking first whether it may (CORS): preflights are not counted, what follows is", async () => {
    await withRule(1);
    const preflight = { origin: "https://a.example", "access-control-request-method": "GET" };
    for (let i = 0; i < 5; i += 1) expect((await scene.get(undefined, preflight, "OPTIONS")).status).toBe(204);
    expect(await scene.burst(2)).toEqual({ 200: 1, 429: 1 });
  });
});

test("explain tells the rules of a route, and what differs from the usual", async () => {
  await start({
    limits: {
      rules: ["caller", rule(5, { per: ["address", "route"], scopes: ["a", "b"], unless_scopes: ["c"] })],
      cost: 3,
      shadow: true,
      when_store_fails: "refuse",
    },
  });
  expect(
    scene.gateway.gateway.explain("GET", "/api/v1/a").chain?.find(({ plugin }) => plugin === "limits")?.facts,
  ).toEqual([
    "caller: 1 a second, burst 20, per caller",
    "few: 0.001 a second, burst 5, per address and route, with scope a or b, without scope c",
    "a request costs 3",
    "shadow: nobody is refused",
    "503 while the store is away",
  ]);
});
