import { describe, expect, test } from "bun:test";
import type { Ticket } from "../../../plugins/breakers/circuit.ts";
import { createScene } from "./circuit-at.ts";

/** A circuit that has just opened, and one whose time is over. */
function openScene(policy = {}) {
  const scene = createScene({ rampMs: 0, ...policy });
  scene.calls(5, "bad");
  return scene;
}

function halfOpenScene(policy = {}) {
  const scene = openScene(policy);
  scene.clock.pass(60_000);
  return scene;
}

describe("a closed circuit", () => {
  test("opens at the fifth failure, not at the fourth", () => {
    const { circuit, calls } = createScene();
    calls(4, "bad");
    expect(circuit.state).toBe("closed");
    calls(1, "bad");
    expect(circuit.state).toBe("open");
  });

  test("does not open below the minimum of requests, and does at the failure that reaches it", () => {
    const { circuit, calls } = createScene({ failures: 2, minimumRequests: 10 });
    calls(9, "bad");
    expect(circuit.state).toBe("closed");
    calls(1, "bad");
    expect(circuit.state).toBe("open");
  });

  test("opens however many requests succeed between failures: the number counts", () => {
    const { circuit, calls } = createScene();
    for (let round = 0; round < 5; round += 1) {
      calls(100, "good");
      calls(1, "bad");
    }
    expect(circuit.state).toBe("open");
  });

  test("with a rate, opens at the share of failures", () => {
    const { circuit, calls } = createScene({ failureRate: 0.5, minimumRequests: 10 });
    calls(50, "good");
    calls(49, "bad");
    expect(circuit.state).toBe("closed");
    calls(1, "bad");
    expect(circuit.state).toBe("open");
  });

  test("forgets failures that are older than the window", () => {
    const { circuit, clock, calls } = createScene();
    calls(4, "bad");
    clock.pass(120_000);
    calls(4, "bad");
    expect([circuit.state, circuit.failures, circuit.requests]).toEqual(["closed", 4, 4]);
  });

  test("remembers them for all but a sixtieth of it", () => {
    const { circuit, clock, calls } = createScene();
    calls(4, "bad");
    clock.pass(118_000 - 1);
    calls(1, "bad");
    expect(circuit.state).toBe("open");
  });

  test("counts nothing for callers who leave", () => {
    const { circuit, call } = createScene();
    for (let index = 0; index < 100; index += 1) call("left");
    expect([circuit.state, circuit.requests]).toEqual(["closed", 0]);
  });

  test("counts a body that breaks off as a failure of the request it was counted for", () => {
    const { circuit } = createScene();
    for (let index = 0; index < 5; index += 1) {
      const ticket = circuit.admit() ?? -1;
      circuit.succeeded(ticket);
      expect(circuit.state).toBe("closed");
      circuit.broke(ticket, "its answer broke off");
    }
    expect([circuit.state, circuit.requests]).toEqual(["open", 5]);
  });
});

describe("an open circuit", () => {
  test("lets nobody in for its recovery time", () => {
    const { circuit, clock, call } = openScene();
    clock.pass(59_999);
    expect([call("good"), circuit.state, circuit.remainingMs]).toEqual([false, "open", 1]);
    clock.pass(1);
    expect([circuit.state, circuit.remainingMs]).toEqual(["half_open", 0]);
  });

  test("does not care for what was sent before it opened", () => {
    const scene = createScene();
    const early = Array.from({ length: 10 }, () => scene.circuit.admit() ?? -1);
    scene.calls(5, "bad");
    scene.clock.pass(60_000);
    expect(scene.circuit.state).toBe("half_open");
    for (const ticket of early.slice(0, 6)) scene.circuit.succeeded(ticket);
    for (const ticket of early.slice(6)) scene.circuit.failed(ticket, "answered 503");
    expect(scene.circuit.state).toBe("half_open");
  });

  test("stays open twice as long each time it did not recover, up to the most", () => {
    const { circuit, clock, call } = openScene();
    const times = [circuit.remainingMs];
    for (let round = 0; round < 4; round += 1) {
      clock.pass(circuit.remainingMs);
      expect(call("bad")).toBe(true);
      times.push(circuit.remainingMs);
    }
    expect(times).toEqual([60_000, 120_000, 240_000, 300_000, 300_000]);
  });

  test("begins with the first time again once it has recovered", () => {
    const { circuit, clock, call, calls } = openScene();
    clock.pass(60_000);
    call("bad");
    clock.pass(120_000);
    calls(5, "good");
    calls(5, "bad");
    expect([circuit.state, circuit.remainingMs]).toEqual(["open", 60_000]);
  });

  test.each([
    [0, 54_000],
    [1, 66_000],
  ])("has a jitter of a tenth: at %d it lasts %d ms", (drawn, lasts) => {
    const { circuit, calls } = createScene({}, () => drawn);
    calls(5, "bad");
    expect(circuit.remainingMs).toBe(lasts);
  });
});

describe("a half-open circuit", () => {
  test("lets five in at once, and one more for each that is settled", () => {
    const { circuit } = halfOpenScene();
    const tickets = Array.from({ length: 5 }, () => circuit.admit() ?? -1);
    expect([tickets.includes(-1), circuit.admit()]).toEqual([false, undefined]);
    circuit.succeeded(tickets[0] ?? -1);
    expect(circuit.admit()).toBeNumber();
    expect(circuit.admit()).toBeUndefined();
  });

  test("gives back the place of a caller who leaves, without a verdict", () => {
    const { circuit, call } = halfOpenScene();
    for (let index = 0; index < 100; index += 1) expect(call("left")).toBe(true);
    expect(circuit.state).toBe("half_open");
  });

  test("closes at the fifth success in a row", () => {
    const { circuit, calls } = halfOpenScene();
    calls(4, "good");
    expect(circuit.state).toBe("half_open");
    calls(1, "good");
    expect([circuit.state, circuit.requests, circuit.failures]).toEqual(["closed", 0, 0]);
  });

  test("opens again at one failure, whatever came before", () => {
    const { circuit, calls } = halfOpenScene();
    calls(4, "good");
    calls(1, "bad");
    expect(circuit.state).toBe("open");
  });

  test("opens again when the body of a probe breaks off", () => {
    const { circuit } = halfOpenScene();
    const ticket = circuit.admit() ?? -1;
    circuit.succeeded(ticket);
    circuit.broke(ticket, "its answer broke off");
    expect(circuit.state).toBe("open");
  });

  test("takes the places of probes that never end, after its recovery time", () => {
    const { circuit, clock } = halfOpenScene();
    const stuck: (Ticket | undefined)[] = Array.from({ length: 5 }, () => circuit.admit());
    clock.pass(59_999);
    expect(circuit.admit()).toBeUndefined();
    clock.pass(1);
    expect(circuit.admit()).toBeNumber();
    for (const ticket of stuck) circuit.undecided(ticket ?? -1);
    expect(Array.from({ length: 5 }, () => circuit.admit()).filter((ticket) => ticket !== undefined)).toHaveLength(4);
  });
});

describe("after a circuit has closed", () => {
  test("admission grows evenly from a tenth to all within ten seconds", () => {
    const { circuit, clock, calls, call } = halfOpenScene({ rampMs: 10_000 });
    calls(5, "good");
    expect(circuit.state).toBe("closed");
    const shares = Array.from({ length: 10 }, () => {
      const admitted = Array.from({ length: 1000 }, () => call("good")).filter(Boolean).length;
      clock.pass(1000);
      return Math.round(admitted / 10) / 100;
    });
    expect(shares).toEqual([0.1, 0.19, 0.28, 0.37, 0.46, 0.55, 0.64, 0.73, 0.82, 0.91]);
    expect(Array.from({ length: 1000 }, () => call("good"))).not.toContain(false);
  });

  test("the first request is among those who pass", () => {
    const { calls, call } = halfOpenScene({ rampMs: 10_000 });
    calls(5, "good");
    expect([call("good"), call("good")]).toEqual([true, false]);
  });
});

describe("by hand", () => {
  test("an open circuit stays open until it is closed", () => {
    const { circuit, clock, call } = createScene();
    circuit.forceOpen("operator");
    clock.pass(1e12);
    expect([circuit.state, call("good")]).toEqual(["open", false]);
    circuit.forceClosed("operator");
    expect([circuit.state, call("good"), call("good")]).toEqual(["closed", true, true]);
  });

  test("closing forgets what was counted", () => {
    const { circuit, calls } = createScene();
    calls(4, "bad");
    circuit.forceClosed("operator");
    calls(4, "bad");
    expect([circuit.state, circuit.failures]).toEqual(["closed", 4]);
  });
});

describe("what is heard of another gateway", () => {
  test("opens for as long as it says, and counts as a time that it did not recover", () => {
    const { circuit, clock, calls } = createScene();
    circuit.hearOpen(10_000, "answered 503");
    expect([circuit.state, circuit.remainingMs]).toEqual(["open", 10_000]);
    clock.pass(10_000);
    calls(1, "bad");
    expect(circuit.remainingMs).toBe(120_000);
  });

  test.each([
    [10_000, 60_000],
    [90_000, 90_000],
  ])("while it is open itself (%d ms) leaves the longer time, and no event", (heardMs, lasts) => {
    const { circuit, changes } = openScene();
    circuit.hearOpen(heardMs, "answered 503");
    expect([circuit.remainingMs, changes.length]).toEqual([lasts, 1]);
  });

  test("does not end what was opened by hand", () => {
    const { circuit } = createScene();
    circuit.forceOpen("operator");
    circuit.hearOpen(10, "answered 503");
    expect(circuit.remainingMs).toBe(Number.POSITIVE_INFINITY);
  });

  test("closes it, and forgets nothing where it is closed", () => {
    const { circuit, calls } = openScene();
    circuit.hearClosed("5 successes in a row");
    expect(circuit.state).toBe("closed");
    calls(2, "bad");
    circuit.hearClosed("5 successes in a row");
    expect(circuit.failures).toBe(2);
  });
});

test("every change is told with its reason and who made it", () => {
  const { circuit, clock, changes, calls } = createScene();
  calls(5, "bad");
  clock.pass(60_000);
  calls(5, "good");
  circuit.forceOpen("operator");
  expect(changes).toEqual([
    { from: "closed", to: "open", reason: "answered 503", cause: "requests" },
    { from: "open", to: "half_open", reason: "the time is over", cause: "time" },
    { from: "half_open", to: "closed", reason: "5 successes in a row", cause: "requests" },
    { from: "closed", to: "open", reason: "by hand", cause: "operator" },
  ]);
});
