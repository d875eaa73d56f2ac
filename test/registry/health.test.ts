import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import type { InstanceProcess } from "../support/instance-process.ts";
import { openScene, type Scene } from "../support/registry-scene.ts";
import { waitFor } from "../support/wait-for.ts";
import { asAdmin } from "../support/token.ts";

setDefaultTimeout(30_000);

let scene: Scene;
beforeAll(async () => {
  scene = await openScene({ CHECK_TIMEOUT_SECONDS: "1" });
});
afterAll(() => scene.close());

const registrationOf = (service: string, { host, port }: Pick<InstanceProcess, "host" | "port">) => ({
  service_name: `${service}_service`,
  host,
  port,
  check_interval: 1,
});

/** The reasons of the newest checks, the newest first. */
async function reasons(service: string, count: number): Promise<(string | undefined)[]> {
  const { checks = [] } = (await scene.registry.instance(`${service}_service`)) ?? {};
  return Array.from({ length: count }, (_, at) => checks[at]?.reason);
}

// Checks are a second apart: waiting together costs no more than waiting once.
describe.concurrent("an instance", () => {
  test("gets no traffic before its first good check, and traffic at once after it", async () => {
    const { registry } = scene;
    const instance = await scene.instance("slow");
    await instance.answerChecks({ status: 503 });
    await registry.register(registrationOf("first", instance));
    await registry.waitForStatus("first_service", "unhealthy");
    expect(await scene.get("/first/x")).toMatchObject({ status: 503 });
    expect((await instance.seen()).requests).toEqual([]);
    await instance.answerChecks({ status: 204 });
    await registry.waitForStatus("first_service", "healthy");
    expect(await scene.get("/first/x?y=1")).toMatchObject({ status: 200, by: "slow" });
    expect((await instance.seen()).requests).toEqual(["/x?y=1"]);
  });

  test("that has not answered yet is starting, and is asked once at a time", async () => {
    const { registry } = scene;
    const instance = await scene.instance();
    await instance.answerChecks({ delayMs: 200 });
    const { body } = await registry.register(registrationOf("asked", instance));
    expect(body.status).toBe("starting");
    expect(await registry.instance("asked_service")).toMatchObject({
      status: "starting",
      last_check: null,
      checks: [],
    });
    await registry.waitForStatus("asked_service", "healthy");
    expect((await instance.seen()).checks).toHaveLength(1);
  });

  test("is unhealthy after three bad answers in a row and healthy again after one good one", async () => {
    const { registry } = scene;
    const instance = await scene.instance();
    await registry.bring(registrationOf("bad", instance));
    await instance.answerChecks({ status: 503 });
    await waitFor("two bad checks", async () => (await reasons("bad", 2)).every((one) => one === "answered 503"));
    expect((await registry.instance("bad_service"))?.status).toBe("healthy");
    expect((await scene.get("/bad/x")).status).toBe(200);
    await registry.waitForStatus("bad_service", "unhealthy");
    expect(await reasons("bad", 4)).toEqual(["answered 503", "answered 503", "answered 503", "answered 200"]);
    expect((await scene.get("/bad/x")).status).toBe(503);
    await instance.answerChecks({ status: 200 });
    await registry.waitForStatus("bad_service", "healthy");
    expect(await reasons("bad", 2)).toEqual(["answered 200", "answered 503"]);
    expect((await scene.get("/bad/x")).status).toBe(200);
  });

  test("that answers badly twice and then well stays healthy", async () => {
    const { registry } = scene;
    const instance = await scene.instance();
    await registry.bring(registrationOf("wobbly", instance));
    await instance.answerChecks({ status: 500 });
    await waitFor("two bad checks", async () => (await reasons("wobbly", 2)).every((one) => one === "answered 500"));
    await instance.answerChecks({ status: 200 });
    await waitFor("a good check", async () => (await reasons("wobbly", 1))[0] === "answered 200");
    expect((await registry.instance("wobbly_service"))?.status).toBe("healthy");
    expect((await scene.get("/wobbly/x")).status).toBe(200);
  });

  test("that is killed is failed after three silences, and healthy once it is back on its port", async () => {
    const { registry } = scene;
    const instance = await scene.instance("phoenix");
    await registry.bring(registrationOf("killed", instance));
    await instance.kill();
    await registry.waitForStatus("killed_service", "failed");
    expect(await reasons("killed", 3)).toEqual(["connection refused", "connection refused", "connection refused"]);
    expect((await scene.get("/killed/x")).status).toBe(503);
    await instance.restart();
    await registry.waitForStatus("killed_service", "healthy");
    expect(await scene.get("/killed/x")).toMatchObject({ status: 200, by: "phoenix" });
  });

  test("that is stopped is failed for want of an answer, and healthy once it goes on", async () => {
    const { registry } = scene;
    const instance = await scene.instance();
    await registry.bring(registrationOf("paused", instance));
    instance.pause();
    await registry.waitForStatus("paused_service", "failed");
    expect(await reasons("paused", 3)).toEqual(["no answer in 1 s", "no answer in 1 s", "no answer in 1 s"]);
    instance.resume();
    await registry.waitForStatus("paused_service", "healthy");
    expect((await scene.get("/paused/x")).status).toBe(200);
  });

  test("that answers too slowly is no better than a silent one", async () => {
    const instance = await scene.instance();
    await instance.answerChecks({ delayMs: 2000 });
    await scene.registry.register(registrationOf("late", instance));
    await scene.registry.waitForStatus("late_service", "failed");
    expect(await reasons("late", 1)).toEqual(["no answer in 1 s"]);
  });

  test("is checked once each interval, give or take", async () => {
    const instance = await scene.instance();
    await scene.registry.bring(registrationOf("counted", instance));
    await waitFor("six checks", async () => (await instance.seen()).checks.length >= 6);
    const { checks } = await instance.seen();
    // The second check comes somewhere within the interval.
    const gapsMs = checks.slice(2).map((at, index) => at - (checks[index + 1] ?? 0));
    for (const gapMs of gapsMs) expect(gapMs).toBeGreaterThanOrEqual(850);
    expect((checks[5] ?? 0) - (checks[1] ?? 0)).toBeLessThan(8000);
  });

  test("with a long interval is not checked again meanwhile, but when it registers anew", async () => {
    const instance = await scene.instance();
    const body = { ...registrationOf("patient", instance), check_interval: 3600 };
    await scene.registry.bring(body);
    await Bun.sleep(3000);
    expect((await instance.seen()).checks).toHaveLength(1);
    await scene.registry.register(body);
    await waitFor("the next check", async () => (await instance.seen()).checks.length === 2);
  });

  test("shows its last ten checks, the newest first, each with its time and what it took", async () => {
    const instance = await scene.instance();
    await scene.registry.bring(registrationOf("history", instance));
    await waitFor("eleven checks", async () => (await instance.seen()).checks.length >= 12, 20_000);
    const view = await scene.registry.instance("history_service");
    expect(view?.checks).toHaveLength(10);
    expect(view?.last_check).toBe(view?.checks[0]?.at ?? "none");
    const times = view?.checks.map(({ at }) => Date.parse(at)) ?? [];
    expect(times).toEqual(times.toSorted((a, b) => b - a));
    for (const { ok, reason, took_ms } of view?.checks ?? []) {
      expect([ok, reason]).toEqual([true, "answered 200"]);
      expect(took_ms).toBeWithin(0, 1000);
    }
    expect((await scene.registry.list()).text).not.toContain("answered 200");
  });

  test("is checked at the path it named", async () => {
    const instance = await scene.instance();
    await scene.registry.bring({ ...registrationOf("path", instance), check_endpoint: "/ready?deep=1" });
    expect((await instance.seen()).requests[0]).toBe("/ready?deep=1");
    expect((await instance.seen()).checks).toEqual([]);
  });
});

test("when all instances are down callers are told so at once, by whom, and when it was last looked at", async () => {
  const { registry, gateway } = scene;
  const instance = await scene.instance();
  await registry.bring(registrationOf("down", instance));
  await instance.kill();
  await registry.waitForStatus("down_service", "failed");
  const { last_check } = (await registry.instance("down_service")) ?? {};
  const answer = await fetch(`${gateway.url}/api/v1/down/x`, { headers: asAdmin() });
  const { error } = (await answer.json()) as { error: { code: string; details: Record<string, string> } };
  expect([answer.status, error.code, error.details["service"]]).toEqual([503, "SERVICE_UNAVAILABLE", "down_service"]);
  expect(Date.parse(error.details["last_check"] ?? "")).toBeGreaterThanOrEqual(Date.parse(last_check ?? ""));
  expect(answer.headers.get("retry-after")).toMatch(/^\d+$/);
  const replies = await Promise.all(Array.from({ length: 20 }, () => scene.get("/down/x")));
  for (const { status, ms } of replies) {
    expect(status).toBe(503);
    expect(ms).toBeLessThan(1000);
  }
});
