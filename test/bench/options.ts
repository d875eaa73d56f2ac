import { parseArgs } from "node:util";

export interface BenchOptions {
  readonly seconds: number;
  readonly warmupSeconds: number;
  readonly rounds: number;
  readonly connections: number;
  /** Runs only the competitors whose name contains this, and always the one compared with. */
  readonly only: string;
  /** Services, of five instances each, with which the registry is filled; 0 leaves it out. */
  readonly services: number;
  readonly json: boolean;
  readonly assert: boolean;
}

export const usage = `bun run bench [options]
  --seconds N      length of one timed window (3)
  --warmup N       load before each window, untimed (1, or --seconds when that is shorter)
  --rounds N       windows of each competitor, in turns with the others (3)
  --connections N  keep-alive connections (64)
  --only TEXT      only competitors with TEXT in their name, and the one compared with
  --services N     services of five instances each to fill the registry with, 0 for none (1000)
  --json           JSON on stdout, the text on stderr
  --assert         exit 1 when a bound is missed

Measures dist/gateway as it is, and builds it when it is missing.`;

export function parseBenchOptions(args: readonly string[]): BenchOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      seconds: { type: "string", default: "3" },
      warmup: { type: "string" },
      rounds: { type: "string", default: "3" },
      connections: { type: "string", default: "64" },
      only: { type: "string", default: "" },
      services: { type: "string", default: "1000" },
      json: { type: "boolean", default: false },
      assert: { type: "boolean", default: false },
    },
  });
  const seconds = parsePositive("--seconds", values.seconds);
  return {
    seconds,
    warmupSeconds: values.warmup === undefined ? Math.min(1, seconds) : parsePositive("--warmup", values.warmup),
    rounds: parsePositive("--rounds", values.rounds, Number.isInteger),
    connections: parsePositive("--connections", values.connections, Number.isInteger),
    only: values.only,
    services: values.services === "0" ? 0 : parsePositive("--services", values.services, Number.isInteger),
    json: values.json,
    assert: values.assert,
  };
}

function parsePositive(name: string, text: string, isAllowed: (value: number) => boolean = Number.isFinite): number {
  const value = Number(text);
  if (value > 0 && isAllowed(value)) return value;
  throw new RangeError(`${name}: wanted a positive number, got ${JSON.stringify(text)}`);
}
