/** One operation inside a process, for what is too small to be seen through HTTP. */
export interface MicroBench {
  readonly name: string;
  /** Builds what is needed, untimed, and returns the operation. */
  readonly prepare: () => () => unknown;
}

export interface MicroRow {
  readonly name: string;
  readonly nsPerOperation: number;
  /** Compared with the first of those whose names begin alike. */
  readonly ratio?: number;
}
