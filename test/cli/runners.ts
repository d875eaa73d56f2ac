import { type RunResult, runGateway } from "../support/gateway.ts";
import { runInProcess } from "./run-in-process.ts";

export type Run = (args: readonly string[], environment?: Record<string, string>) => Promise<RunResult>;

/** The same commands twice: as a user has them, and where coverage sees them. */
export const runners: readonly (readonly [name: string, run: Run])[] = [
  ["the executable", (args, environment) => runGateway(args, environment)],
  ["the command in process", (args, environment) => runInProcess(args, environment)],
];
