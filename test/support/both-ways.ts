import { startGateway } from "./gateway.ts";
import { startInProcess } from "./in-process.ts";

export interface RunningGateway {
  readonly url: string;
  readonly port: number;
  stop(): Promise<unknown>;
}

type Start = (environment?: Record<string, string>) => Promise<RunningGateway>;

/** For `describe.each`: as a user runs it, minified and compiled, and where coverage can see it. */
export const bothWays: readonly (readonly [name: string, start: Start])[] = [
  ["the executable", (environment) => startGateway(environment)],
  ["the source", (environment = {}) => startInProcess({ environment })],
];
