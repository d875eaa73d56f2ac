import { join } from "node:path";
import type { LoadOrder, LoadSample } from "./load/order.ts";
import { pinnedCommand } from "./machine/cores.ts";
import { processTree } from "./machine/processes.ts";
import type { BenchOptions } from "./options.ts";
import type { Scenario } from "./scenario.ts";
import type { Running } from "./start.ts";

/**
 * Windows of all competitors in turns, so that a slow minute of the machine hits them all;
 * every second round backwards, so that a steady drift favours nobody. The result is rounds x competitors.
 */
export async function measure(
  competitors: readonly Running[],
  scenario: Scenario,
  options: BenchOptions,
  loadCore: number | undefined,
): Promise<LoadSample[][]> {
  const rounds: LoadSample[][] = [];
  for (let round = 0; round < options.rounds; round += 1) {
    process.stderr.write(`round ${round + 1} of ${options.rounds}\n`);
    const samples: LoadSample[] = [];
    const entries = [...competitors.entries()];
    for (const [index, competitor] of round % 2 === 0 ? entries : entries.toReversed()) {
      samples[index] = await timeWindow(competitor, scenario, options, loadCore);
    }
    rounds.push(samples);
  }
  return rounds;
}

async function timeWindow(
  { name, port, child }: Running,
  { request, expected }: Scenario,
  { connections, warmupSeconds, seconds }: BenchOptions,
  loadCore: number | undefined,
): Promise<LoadSample> {
  const processIds = processTree(child.pid);
  const order: LoadOrder = { port, connections, warmupSeconds, seconds, request, expected, processIds };
  const command = [process.execPath, join(import.meta.dir, "load/generate.ts"), JSON.stringify(order)];
  const load = Bun.spawn(pinnedCommand(command, loadCore), { stdin: "ignore", stdout: "pipe", stderr: "pipe" });
  const [output, complaint, exitCode] = await Promise.all([
    new Response(load.stdout).text(),
    new Response(load.stderr).text(),
    load.exited,
  ]);
  if (exitCode !== 0) throw new Error(`${name} under load: ${complaint}`);
  return JSON.parse(output) as LoadSample;
}
