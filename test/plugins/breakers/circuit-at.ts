import { Circuit, type CircuitChange } from "../../../plugins/breakers/circuit.ts";
import type { CircuitPolicy } from "../../../plugins/breakers/policy.ts";
import { createManualClock, type ManualClock } from "../../support/manual-clock.ts";

/** The defaults of the settings. */
export const defaultPolicy: CircuitPolicy = {
  failures: 5,
  failureRate: undefined,
  minimumRequests: 5,
  windowMs: 120_000,
  recoveryMs: 60_000,
  recoveryMaxMs: 300_000,
  halfOpenRequests: 5,
  successes: 5,
  slowMs: undefined,
  statuses: new Set([502, 503, 504]),
  rampMs: 10_000,
};

export interface CircuitScene {
  readonly circuit: Circuit;
  readonly clock: ManualClock;
  readonly changes: readonly CircuitChange[];
  /** Instances whose requests go to others. */
  readonly passedOver: Set<string>;
  /** One request that ends at once. Whether it was let in. */
  call(outcome: "good" | "bad" | "left"): boolean;
  calls(count: number, outcome: "good" | "bad"): void;
}

/** A circuit with a clock that the test moves; without a random, recovery times have no jitter. */
export function createScene(policy: Partial<CircuitPolicy> = {}, random = () => 0.5): CircuitScene {
  const clock = createManualClock();
  const changes: CircuitChange[] = [];
  const passedOver = new Set<string>();
  const circuit = new Circuit({
    service: "a_service",
    policy: { ...defaultPolicy, ...policy },
    clock,
    random,
    isPassedOver: (instance) => passedOver.has(instance),
    onChange: (_, change) => void changes.push(change),
  });
  const call = (outcome: "good" | "bad" | "left"): boolean => {
    const ticket = circuit.admit();
    if (ticket === undefined) return false;
    if (outcome === "good") circuit.succeeded(ticket);
    else if (outcome === "bad") circuit.failed(ticket, "answered 503");
    else circuit.undecided(ticket);
    return true;
  };
  return {
    circuit,
    clock,
    changes,
    passedOver,
    call,
    calls(count, outcome) {
      for (let index = 0; index < count; index += 1) call(outcome);
    },
  };
}
