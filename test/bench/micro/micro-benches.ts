import { balancePolicies } from "@isaas/gateway-sdk/contract";
import { knownToken } from "./known-token.ts";
import { limitDecision } from "./limit-decision.ts";
import type { MicroBench } from "./micro-bench.ts";
import { pickInstance } from "./pick-instance.ts";
import { routeMatch } from "./route-match.ts";

export const microBenches: readonly MicroBench[] = [
  routeMatch(10),
  routeMatch(1000),
  routeMatch(10_000),
  ...balancePolicies.map(pickInstance),
  await knownToken(1000),
  limitDecision(1000),
  limitDecision(100_000),
];
