import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Placement } from "./machine/cores.ts";
import { measure } from "./measure.ts";
import type { BenchOptions } from "./options.ts";
import type { Competitor, Scenario } from "./scenario.ts";
import { type Running, start } from "./start.ts";
import { type Row, summarise } from "./summary.ts";

export interface Verdict {
  readonly row: string;
  readonly maxRatio: number;
  readonly ratio: number;
  readonly passed: boolean;
}

export interface Table {
  readonly scenario: string;
  readonly rows: readonly Row[];
  readonly skipped: readonly { readonly name: string; readonly reason: string }[];
  readonly verdict: Verdict | undefined;
}

const upstream: Competitor = {
  name: "upstream",
  launch: ({ port }) => ({
    command: [process.execPath, join(import.meta.dir, "servers/upstream.ts")],
    environment: { PORT: String(port) },
  }),
};

/** Leaves its processes to `children`, so that a signal can end them too. */
export async function runScenario(
  scenario: Scenario,
  options: BenchOptions,
  { proxyCore, loadCore }: Placement,
  children: AsyncDisposableStack,
): Promise<Table> {
  const folder = await mkdtemp(join(tmpdir(), "gateway-bench-"));
  children.defer(() => rm(folder, { recursive: true, force: true }));
  const { port: upstreamPort } = await start(upstream, loadCore, { scenario, upstreamPort: 0, folder, children });

  const selected = scenario.competitors.filter(({ name }, index) => index === 0 || name.includes(options.only));
  const skipped = selected.flatMap(({ name, unavailable }) => {
    const reason = unavailable?.();
    return reason === undefined ? [] : [{ name, reason }];
  });
  const running: Running[] = [];
  for (const competitor of selected) {
    if (skipped.some(({ name }) => name === competitor.name)) continue;
    running.push(await start(competitor, proxyCore, { scenario, upstreamPort, folder, children }));
  }

  const samples = await measure(running, scenario, options, loadCore);
  const names = running.map(({ name }) => name);
  const rows = summarise(names, samples);
  return { scenario: scenario.name, rows, skipped, verdict: judge(scenario, rows) };
}

function judge({ bound }: Scenario, rows: readonly Row[]): Verdict | undefined {
  const row = rows.find(({ name }) => name === bound?.row);
  if (bound === undefined || row === undefined) return undefined;
  return { ...bound, ratio: row.ratio, passed: row.ratio <= bound.maxRatio };
}
