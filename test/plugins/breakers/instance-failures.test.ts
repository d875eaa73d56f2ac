import { describe, expect, test } from "bun:test";
import { createScene } from "./circuit-at.ts";

describe("failures of an instance", () => {
  /** The instance fails; whether the circuit is closed afterwards. */
  function fail({ circuit }: ReturnType<typeof createScene>, instance: string, times = 1): boolean {
    for (let index = 0; index < times; index += 1) circuit.failed(circuit.admit() ?? -1, "answered 503", instance);
    return circuit.state === "closed";
  }

  test("count like all others while it gets requests", () => {
    const scene = createScene();
    expect(fail(scene, "a", 3)).toBe(true);
    expect(fail(scene, "b", 2)).toBe(false);
  });

  test("are taken back once others get what it would get, and what others fail at counts on", () => {
    const scene = createScene();
    fail(scene, "a", 4);
    scene.passedOver.add("a");
    expect(fail(scene, "a", 20)).toBe(true);
    expect([scene.circuit.failures, scene.circuit.requests]).toEqual([0, 0]);
    expect(fail(scene, "b", 4)).toBe(true);
    expect(fail(scene, "b", 1)).toBe(false);
  });

  test("are taken back from the slices in which they were counted, and no request of others with them", () => {
    const scene = createScene();
    const { circuit, clock, calls } = scene;
    for (let round = 0; round < 4; round += 1) {
      calls(2, "good");
      fail(scene, "a");
      clock.pass(30_000 - 1);
    }
    scene.passedOver.add("a");
    fail(scene, "b", 5);
    expect([circuit.state, circuit.failures]).toEqual(["open", 5]);
    scene.circuit.forceClosed("operator");
    fail(scene, "a", 5);
    expect([circuit.state, circuit.failures, circuit.requests]).toEqual(["closed", 0, 0]);
  });

  test("that broke off long after their heads take no more requests with them than there were", () => {
    const scene = createScene({ failureRate: 0.5 });
    const { circuit, clock } = scene;
    const tickets = Array.from({ length: 5 }, () => circuit.admit() ?? -1);
    for (const ticket of tickets) circuit.succeeded(ticket);
    clock.pass(10_000);
    scene.passedOver.add("a");
    for (const ticket of tickets) circuit.broke(ticket, "its answer broke off", "a");
    expect([circuit.state, circuit.failures, circuit.requests]).toEqual(["closed", 0, 5]);
  });

  test("are forgotten with the window", () => {
    const scene = createScene();
    fail(scene, "a", 3);
    scene.clock.pass(60_000);
    fail(scene, "b", 1);
    scene.clock.pass(61_000);
    expect(scene.circuit.failures).toBe(1);
    scene.passedOver.add("a");
    fail(scene, "c", 3);
    expect(scene.circuit.failures).toBe(4);
    fail(scene, "c", 1);
    expect(scene.circuit.state).toBe("open");
  });

  test("say nothing of a half-open circuit either once others get what it would get", () => {
    const scene = createScene({ rampMs: 0 });
    scene.calls(5, "bad");
    scene.clock.pass(60_000);
    scene.passedOver.add("a");
    fail(scene, "a", 3);
    expect(scene.circuit.state).toBe("half_open");
    fail(scene, "b");
    expect(scene.circuit.state).toBe("open");
  });
});
