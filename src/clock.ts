import type { Clock } from "@isaas/gateway-sdk/plugin";

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
};
