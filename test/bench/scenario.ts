/** What a competitor may use when it is started. */
export interface LaunchPlace {
  readonly port: number;
  readonly upstreamPort: number;
  /** An empty folder of its own, removed after the run. */
  readonly folder: string;
}

export interface Launch {
  readonly command: readonly string[];
  /** The whole environment beside PATH: a developer's REDIS_URL or HTTP_PROXY must not change a row. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Where the output goes: a file shown when the start fails (the default), or nowhere. */
  readonly output?: "file" | "discard";
}

export interface Competitor {
  readonly name: string;
  /** Why it cannot run here and how to change that; undefined when it can. */
  readonly unavailable?: () => string | undefined;
  readonly launch: (place: LaunchPlace) => Launch | Promise<Launch>;
}

/** One table: the same request for every competitor. The first one is what the others are compared with. */
export interface Scenario {
  readonly name: string;
  /** The request as it goes over the wire. */
  readonly request: string;
  readonly expected: { readonly status: number; readonly body: string };
  readonly competitors: readonly [Competitor, ...Competitor[]];
  readonly bound?: { readonly row: string; readonly maxRatio: number };
}
