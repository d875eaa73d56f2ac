import type { LoadSample } from "./load/order.ts";
import { medianOf } from "./median.ts";

/** One row of the table: medians over the rounds. */
export interface Row {
  readonly name: string;
  /** Every single answer was compared with the expected one, before and while timing; a wrong one ends the run. */
  readonly verified: true;
  readonly cpuUsPerRequest: number;
  readonly requestsPerSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** How much of one core it used. Well below 1, the load or a neighbour was the limit and only the CPU time says anything. */
  readonly coreShare: number;
  /** CPU time per request compared with the first row, round by round. */
  readonly ratio: number;
  readonly lowestRatio: number;
  readonly highestRatio: number;
}

export function summarise(names: readonly string[], rounds: readonly (readonly LoadSample[])[]): Row[] {
  return names.map((name, index) => {
    const samples = rounds.map((round) => sampleAt(round, index));
    const median = (figure: (sample: LoadSample) => number) => medianOf(samples.map(figure));
    const ratios = rounds.map((round) => cpuUsPerRequest(sampleAt(round, index)) / cpuUsPerRequest(sampleAt(round, 0)));
    return {
      name,
      verified: true,
      cpuUsPerRequest: median(cpuUsPerRequest),
      requestsPerSecond: median(({ requests, seconds }) => requests / seconds),
      p50Ms: median(({ p50Ms }) => p50Ms),
      p99Ms: median(({ p99Ms }) => p99Ms),
      coreShare: median(({ cpuUs, seconds }) => cpuUs / 1e6 / seconds),
      ratio: medianOf(ratios),
      lowestRatio: Math.min(...ratios),
      highestRatio: Math.max(...ratios),
    };
  });
}

function cpuUsPerRequest({ cpuUs, requests }: LoadSample): number {
  return cpuUs / requests;
}

function sampleAt(round: readonly LoadSample[], index: number): LoadSample {
  const sample = round[index];
  if (sample === undefined) throw new Error(`no sample of competitor ${index}`);
  return sample;
}
