import type { MicroBench } from "./micro-bench.ts";
import { routeMatch } from "./route-match.ts";

export const microBenches: readonly MicroBench[] = [routeMatch(10), routeMatch(10_000)];
