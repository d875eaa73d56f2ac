import type { Clock } from "@isaas/gateway-sdk/plugin";

/** A clock that the test moves. */
export interface ManualClock extends Clock {
  pass(ms: number): void;
}

export function createManualClock(): ManualClock {
  let passedMs = 0;
  return {
    now: () => Date.UTC(2026, 0, 1) + passedMs,
    monotonic: () => 5000 + passedMs,
    pass: (ms) => void (passedMs += ms),
  };
}
