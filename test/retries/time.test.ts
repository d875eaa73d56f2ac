import { describe, expect, test } from "bun:test";
import { after, answerWith, inTurn, openScene } from "./scene.ts";

async function measure<T>(work: () => Promise<T>): Promise<{ result: T; ms: number }> {
  const startMs = performance.now();
  const result = await work();
  return { result, ms: performance.now() - startMs };
}

describe("Retry-After", () => {
  test("is waited for when it fits into the timeout", async () => {
    await using scene = await openScene([inTurn(answerWith(503, ["Retry-After: 1"]), answerWith(200))]);
    const { result, ms } = await measure(() => scene.call());
    expect(result.status).toBe(200);
    expect(ms).toBeWithin(990, 4500);
  });

  test("holds for the other instances as well", async () => {
    await using scene = await openScene([answerWith(503, ["Retry-After: 1"]), answerWith(200)]);
    const { result, ms } = await measure(() => scene.call());
    expect(result.status).toBe(200);
    expect(ms).toBeWithin(990, 4500);
  });

  test("that does not fit into it goes on to the caller, at once", async () => {
    await using scene = await openScene([answerWith(503, ["Retry-After: 60"]), answerWith(200)]);
    const { result, ms } = await measure(() => scene.call());
    expect([result.status, result.headers.get("retry-after")]).toEqual([503, "60"]);
    expect(ms).toBeLessThan(2000);
    expect(scene.counts()).toEqual([1, 0]);
  });
});

describe("the route's timeout", () => {
  test("counts over all tries together", async () => {
    const slow = [503, 503, 200].map((status) => after(400, answerWith(status)));
    await using scene = await openScene(slow, { route: { timeout: 1 } });
    const { result, ms } = await measure(() => scene.call());
    expect(result.status).toBe(504);
    expect(JSON.parse(result.text).error).toMatchObject({
      code: "UPSTREAM_TIMEOUT",
      details: { service: "try_service" },
    });
    expect(ms).toBeWithin(950, 3000);
  });

  test("that has passed is not tried again", async () => {
    await using scene = await openScene([() => {}, answerWith(200)], { route: { timeout: 0.3 } });
    expect((await scene.call()).status).toBe(504);
    expect(scene.counts()).toEqual([1, 0]);
  });
});

describe("the service is told, in X-Request-Timeout-Ms,", () => {
  const told = (value: string | undefined): number => Number(value ?? "none");

  test("what is left of the timeout, less at each try", async () => {
    await using scene = await openScene([after(300, answerWith(503)), answerWith(200)], { route: { timeout: 3 } });
    await scene.call();
    const [first, second] = scene.upstreams.map(({ requests }) => told(requests[0]?.header("x-request-timeout-ms")));
    expect(first).toBeWithin(2000, 3001);
    expect(second).toBeWithin(500, (first ?? 0) - 290);
  });

  test("nothing that a caller says", async () => {
    await using scene = await openScene([answerWith(200)], { route: { timeout: 3 } });
    await scene.call({ headers: { "x-request-timeout-ms": "1" } });
    expect(told(scene.upstreams[0]?.requests[0]?.header("x-request-timeout-ms"))).toBeGreaterThan(1000);
  });

  test("what a trusted proxy says, when that is less", async () => {
    await using scene = await openScene([() => {}], {
      route: { timeout: 3 },
      environment: { TRUSTED_PROXIES: "127.0.0.1" },
    });
    const { result, ms } = await measure(() => scene.call({ headers: { "x-request-timeout-ms": "400" } }));
    expect([result.status, ms > 390, ms < 2500]).toEqual([504, true, true]);
    expect(told(scene.upstreams[0]?.requests[0]?.header("x-request-timeout-ms"))).toBeWithin(1, 401);
  });

  test.each(["99999", "-1", "1e1", "soon", ""])("but not that it is %j", async (said) => {
    await using scene = await openScene([answerWith(200)], {
      route: { timeout: 3 },
      environment: { TRUSTED_PROXIES: "127.0.0.1" },
    });
    await scene.call({ headers: { "x-request-timeout-ms": said } });
    expect(told(scene.upstreams[0]?.requests[0]?.header("x-request-timeout-ms"))).toBeWithin(1000, 3001);
  });
});

test("a caller who leaves in the pause ends the request", async () => {
  await using scene = await openScene([answerWith(503, ["Retry-After: 1"]), answerWith(200)]);
  await expect(scene.call({ signal: AbortSignal.timeout(200) })).rejects.toThrow();
  await Bun.sleep(1300);
  expect(scene.counts()).toEqual([1, 0]);
  expect(scene.gateway.gateway.routes[0]?.target.instances.map(({ inFlight }) => inFlight)).toEqual([0, 0]);
});
