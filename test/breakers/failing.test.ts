import { describe, expect, test } from "bun:test";
import { waitFor } from "../support/wait-for.ts";
import type { Mood } from "./failing-program.ts";
import { openScene } from "./scene.ts";

describe("five failures open the circuit, and nothing is forwarded while it is open", () => {
  test.each<[Mood, number, string]>([
    ["storm", 503, "answered 503"],
    ["garbage", 502, "sent a malformed answer"],
    ["silent", 504, "did not answer in time"],
    ["breaking", 200, "its answer broke off"],
  ])("%s", async (mood, status, reason) => {
    await using scene = await openScene({ CIRCUIT_RECOVERY_SECONDS: "60" }, {}, 0.2);
    await scene.service.become(mood);
    expect(await scene.statuses(5)).toEqual([status, status, status, status, status]);
    await waitFor("the circuit to open", async () => (await scene.circuit())?.state === "open");
    const seen = await scene.service.seen();

    await scene.service.become("good");
    expect(await scene.statuses(50)).toEqual(Array.from({ length: 50 }, () => 503));
    expect(await scene.service.seen()).toBe(seen);
    expect((await scene.circuit())?.last_failure?.reason).toBe(reason);
  });

  test("a service that was killed", async () => {
    await using scene = await openScene({ CIRCUIT_RECOVERY_SECONDS: "60" });
    await scene.service.kill();
    expect(await scene.statuses(5)).toEqual([502, 502, 502, 502, 502]);
    await scene.service.restart();
    expect((await scene.get()).code).toBe("CIRCUIT_OPEN");
    expect(await scene.service.seen()).toBe(0);
  });

  test("a service that resets connections", async () => {
    await using scene = await openScene({ CIRCUIT_RECOVERY_SECONDS: "60" });
    await scene.service.become("reset");
    await Promise.all(Array.from({ length: 5 }, () => scene.get("/a", { method: "POST", body: "x" })));
    expect((await scene.get()).code).toBe("CIRCUIT_OPEN");
  });

  test("answers that are too slow, though they are passed on", async () => {
    await using scene = await openScene({ CIRCUIT_SLOW_SECONDS: "0.1", CIRCUIT_RECOVERY_SECONDS: "60" });
    await scene.service.become("slow");
    expect(await scene.statuses(5)).toEqual([200, 200, 200, 200, 200]);
    expect((await scene.circuit())?.last_failure?.reason).toBe("answered too slowly");
    expect((await scene.get()).code).toBe("CIRCUIT_OPEN");
  });
});

test("the refusal says which service, until when, and when to come back", async () => {
  await using scene = await openScene({ CIRCUIT_RECOVERY_SECONDS: "60" });
  await scene.service.become("storm");
  await scene.statuses(5);
  const { status, code, details, headers } = await scene.get();
  expect([status, code, details["service"]]).toEqual([503, "CIRCUIT_OPEN", "a_service"]);
  const leftMs = Date.parse(String(details["retry_after"])) - Date.now();
  expect(leftMs).toBeGreaterThan(40_000);
  expect(leftMs).toBeLessThan(67_000);
  expect(Number(headers.get("retry-after"))).toBeGreaterThanOrEqual(Math.floor(leftMs / 1000));
  const shownMs = Date.parse((await scene.circuit())?.retry_after ?? "");
  expect(Math.abs(shownMs - Date.parse(String(details["retry_after"])))).toBeLessThan(1000);
});

describe("what never opens it", () => {
  test.each<[Mood, number]>([
    ["missing", 404],
    ["error", 500],
  ])("%s: %d", async (mood, status) => {
    await using scene = await openScene();
    await scene.service.become(mood);
    expect(new Set(await scene.statuses(30))).toEqual(new Set([status]));
    expect(await scene.circuit()).toMatchObject({ state: "closed", failures: 0, requests: 30 });
  });

  test("callers who leave", async () => {
    await using scene = await openScene({}, {}, 5);
    await scene.service.become("silent");
    const calls = Array.from({ length: 20 }, async () => {
      await scene.get("/a", { signal: AbortSignal.timeout(200) }).catch(() => {});
    });
    await Promise.all(calls);
    const left = (): number => scene.gateway.lines.filter(({ outcome }) => outcome === "client_gone").length;
    await waitFor("the gateway to see them leave", () => left() === 20);
    expect(await scene.circuit()).toMatchObject({ state: "closed", failures: 0, requests: 0 });
  });

  test("requests that are too large", async () => {
    await using scene = await openScene({ MAX_BODY_BYTES: "10" });
    for (let index = 0; index < 10; index += 1) {
      expect((await scene.get("/a", { method: "POST", body: "x".repeat(11) })).status).toBe(413);
    }
    expect(await scene.circuit()).toMatchObject({ state: "closed", failures: 0 });
  });
});

test("it recovers: half open once its time is over, closed after five successes, and everybody is let in", async () => {
  await using scene = await openScene();
  await scene.service.become("storm");
  await scene.statuses(5);
  await scene.service.become("good");
  const before = await scene.service.seen();
  await waitFor("the circuit to be half open", async () => (await scene.circuit())?.state === "half_open");
  expect(await scene.service.seen()).toBe(before);
  expect(await scene.statuses(4)).toEqual([200, 200, 200, 200]);
  expect((await scene.circuit())?.state).toBe("half_open");
  expect(await scene.statuses(6)).toEqual([200, 200, 200, 200, 200, 200]);
  expect(await scene.circuit()).toMatchObject({ state: "closed", failures: 0, requests: 5 });
  const turns = scene.gateway.lines.filter(({ msg }) => msg.startsWith("a circuit is "));
  expect(turns.map(({ level, from, to, service }) => [level, from, to, service])).toEqual([
    ["warn", "closed", "open", "a_service"],
    ["info", "open", "half_open", "a_service"],
    ["info", "half_open", "closed", "a_service"],
  ]);
});

test("of a hundred callers at once, a half-open circuit sends five to a service that is silent", async () => {
  await using scene = await openScene({}, {}, 0.5);
  await scene.service.become("storm");
  await scene.statuses(5);
  await scene.service.become("silent");
  await waitFor("the circuit to be half open", async () => (await scene.circuit())?.state === "half_open");
  const before = await scene.service.seen();
  const answers = await Promise.all(Array.from({ length: 100 }, () => scene.get()));
  const counts = Map.groupBy(answers, ({ code }) => code ?? "");
  expect([counts.get("UPSTREAM_TIMEOUT")?.length, counts.get("CIRCUIT_OPEN")?.length]).toEqual([5, 95]);
  expect((await scene.service.seen()) - before).toBe(5);
  expect((await scene.circuit())?.state).toBe("open");
});

test("after it has closed by itself, admission grows", async () => {
  await using scene = await openScene({ CIRCUIT_RAMP_SECONDS: "3" });
  await scene.service.become("storm");
  await scene.statuses(5);
  await scene.service.become("good");
  await waitFor("the circuit to be half open", async () => (await scene.circuit())?.state === "half_open");
  await scene.statuses(5);
  const before = await scene.service.seen();
  const statuses = await scene.statuses(10);
  const passed = statuses.filter((status) => status === 200).length;
  expect(passed).toBeGreaterThan(0);
  expect(passed).toBeLessThan(10);
  expect((await scene.service.seen()) - before).toBe(passed);
  await waitFor("all to be admitted", async () => (await scene.statuses(10)).every((status) => status === 200));
}, 15_000);
