import { choosePlacement } from "./machine/cores.ts";
import { microBenches } from "./micro/micro-benches.ts";
import { withRatios } from "./micro/ratios.ts";
import { timeOperation } from "./micro/time-operation.ts";
import { measureRegistry } from "./registry/measure-registry.ts";
import { parseBenchOptions, usage } from "./options.ts";
import { toJson, toText } from "./report.ts";
import { runScenario, type Table } from "./run-scenario.ts";
import { scenarios } from "./scenarios.ts";

async function main(args: readonly string[]): Promise<number> {
  if (args.includes("--help")) {
    console.log(usage);
    return 0;
  }
  // CPU time is read from /proc.
  if (process.platform !== "linux") throw new Error("the bench needs Linux");
  const options = parseBenchOptions(args);
  const placement = choosePlacement();
  const tables: Table[] = [];
  for (const scenario of scenarios) {
    tables.push(await withChildren((children) => runScenario(scenario, options, placement, children)));
  }
  const { services } = options;
  const registry = services === 0 ? undefined : await withChildren((children) => measureRegistry(services, children));
  const micro = withRatios(microBenches.map(timeOperation));
  const report = { options, placement: placement.note, tables, registry, micro };
  if (options.json) console.log(toJson(report));
  (options.json ? console.error : console.log)(toText(report));
  return options.assert && tables.some(({ verdict }) => verdict?.passed === false) ? 1 : 0;
}

/** Ends all processes of a measurement with it, also when a signal ends it. */
async function withChildren<T>(measure: (children: AsyncDisposableStack) => Promise<T>): Promise<T> {
  await using children = new AsyncDisposableStack();
  const interrupt = () => void children.disposeAsync().finally(() => process.exit(130));
  process.once("SIGINT", interrupt).once("SIGTERM", interrupt);
  try {
    return await measure(children);
  } finally {
    process.off("SIGINT", interrupt).off("SIGTERM", interrupt);
  }
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
