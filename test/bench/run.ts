import { choosePlacement } from "./machine/cores.ts";
import { microBenches } from "./micro/micro-benches.ts";
import { timeOperation } from "./micro/time-operation.ts";
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
    await using children = new AsyncDisposableStack();
    const interrupt = () => void children.disposeAsync().finally(() => process.exit(130));
    process.once("SIGINT", interrupt).once("SIGTERM", interrupt);
    tables.push(await runScenario(scenario, options, placement, children));
    process.off("SIGINT", interrupt).off("SIGTERM", interrupt);
  }
  const report = { options, placement: placement.note, tables, micro: microBenches.map(timeOperation) };
  if (options.json) console.log(toJson(report));
  (options.json ? console.error : console.log)(toText(report));
  return options.assert && tables.some(({ verdict }) => verdict?.passed === false) ? 1 : 0;
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
