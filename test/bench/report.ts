import type { MicroRow } from "./micro/micro-bench.ts";
import type { RegistryFigures } from "./registry/measure-registry.ts";
import type { BenchOptions } from "./options.ts";
import type { Table } from "./run-scenario.ts";
import type { Row } from "./summary.ts";

export interface Report {
  readonly options: BenchOptions;
  readonly placement: string;
  readonly tables: readonly Table[];
  readonly registry: RegistryFigures | undefined;
  readonly micro: readonly MicroRow[];
}

type Columns<T> = readonly (readonly [title: string, cell: (row: T) => string])[];

const columns: Columns<Row> = [
  ["", ({ name }) => name],
  ["CPU us/request", ({ cpuUsPerRequest }) => cpuUsPerRequest.toFixed(1)],
  ["ratio", ({ ratio }) => ratio.toFixed(2)],
  ["lowest-highest", (row) => `${row.lowestRatio.toFixed(2)}-${row.highestRatio.toFixed(2)}`],
  ["requests/s", ({ requestsPerSecond }) => requestsPerSecond.toFixed(0)],
  ["p50 ms", ({ p50Ms }) => p50Ms.toFixed(2)],
  ["p99 ms", ({ p99Ms }) => p99Ms.toFixed(2)],
  ["core", ({ coreShare }) => `${(coreShare * 100).toFixed(0)} %`],
];

const microColumns: Columns<MicroRow> = [
  ["", ({ name }) => name],
  ["ns/operation", ({ nsPerOperation }) => nsPerOperation.toFixed(1)],
  ["ratio", ({ ratio = 1 }) => ratio.toFixed(2)],
];

export function toText({ options, placement, tables, registry, micro }: Report): string {
  const { connections, rounds, seconds } = options;
  const conditions = `${connections} connections, rounds: ${rounds} x ${seconds} s, ${placement}`;
  const blocks = tables.map(({ scenario, rows, skipped, verdict }) => {
    const first = rows[0]?.name ?? "";
    return [
      `${scenario}: ${conditions}`,
      "",
      ...alignedLines(columns, rows),
      ...skipped.map(({ name, reason }) => `${name}: ${reason}`),
      "",
      `ratio: CPU time compared with ${first}, median and range of the rounds.`,
      "core: share of one core; well below 100 % the load or a neighbour was the limit, not the proxy.",
      ...(verdict
        ? [`bound: ${verdict.row} at most ${verdict.maxRatio} x ${first}: ${verdict.passed ? "pass" : "fail"}`]
        : []),
    ];
  });
  const filled = registry === undefined ? [] : [...registryLines(registry), ""];
  return [...blocks.flatMap((lines) => lines.concat("")), ...filled, ...alignedLines(microColumns, micro), ""].join(
    "\n",
  );
}

function registryLines(registry: RegistryFigures): string[] {
  const { services, instances, registrationMedianMs, registrationP99Ms } = registry;
  return [
    `registry: ${services} services, ${instances} instances, embedded store`,
    `registration: median ${registrationMedianMs.toFixed(2)} ms, p99 ${registrationP99Ms.toFixed(2)} ms`,
    `memory: ${registry.residentBeforeMib.toFixed(0)} MiB empty, ${registry.residentMib.toFixed(0)} MiB filled`,
    `checks each second: ${registry.checksLowest.toFixed(2)} to ${registry.checksHighest.toFixed(2)} of their mean`,
  ];
}

function alignedLines<T>(columns: Columns<T>, rows: readonly T[]): string[] {
  const cells = [columns.map(([title]) => title), ...rows.map((row) => columns.map(([, cell]) => cell(row)))];
  const widths = columns.map((_, index) => Math.max(...cells.map((line) => line[index]?.length ?? 0)));
  return cells.map((line) =>
    line
      .map((cell, index) => (index === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[index] ?? 0)))
      .join("  "),
  );
}

export function toJson({ options, placement, tables, registry, micro }: Report): string {
  const report = {
    bun_version: Bun.version,
    placement,
    connections: options.connections,
    rounds: options.rounds,
    seconds: options.seconds,
    scenarios: tables.map(({ scenario, rows, skipped, verdict }) => ({
      name: scenario,
      rows: rows.map((row) => ({
        name: row.name,
        verified: row.verified,
        cpu_us_per_request: row.cpuUsPerRequest,
        ratio: row.ratio,
        lowest_ratio: row.lowestRatio,
        highest_ratio: row.highestRatio,
        requests_per_second: row.requestsPerSecond,
        p50_ms: row.p50Ms,
        p99_ms: row.p99Ms,
        core_share: row.coreShare,
      })),
      skipped,
      bound: verdict && {
        row: verdict.row,
        max_ratio: verdict.maxRatio,
        ratio: verdict.ratio,
        passed: verdict.passed,
      },
    })),
    registry: registry && {
      services: registry.services,
      instances: registry.instances,
      registration_median_ms: registry.registrationMedianMs,
      registration_p99_ms: registry.registrationP99Ms,
      resident_before_mib: registry.residentBeforeMib,
      resident_mib: registry.residentMib,
      checks_lowest: registry.checksLowest,
      checks_highest: registry.checksHighest,
    },
    micro: micro.map(({ name, nsPerOperation, ratio }) => ({ name, ns_per_operation: nsPerOperation, ratio })),
  };
  return JSON.stringify(report, undefined, 2);
}
