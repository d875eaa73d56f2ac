/** What the load generator is told, as JSON in its first argument. */
export interface LoadOrder {
  readonly port: number;
  readonly connections: number;
  readonly warmupSeconds: number;
  readonly seconds: number;
  readonly request: string;
  readonly expected: { readonly status: number; readonly body: string };
  /** The processes whose CPU time is charged to the requests. */
  readonly processIds: readonly number[];
}

/** What it prints, as JSON: one timed window. */
export interface LoadSample {
  readonly requests: number;
  readonly seconds: number;
  readonly cpuUs: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}
