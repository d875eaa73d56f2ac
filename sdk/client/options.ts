/** How calls are made: for the whole client, and over that for one call. */
export interface SharedOptions {
  /** Milliseconds for a call with all its tries and waits, up to its answer; of a stream, up to its head. Default 90000; 0: no limit. */
  readonly timeoutMs?: number;
  /**
   * How often a call is made again when nobody answers or the answer is 502, 503 or 504: GET, HEAD, OPTIONS, PUT and
   * DELETE, and others with an `idempotencyKey`. Default 2; 0: never.
   */
  readonly retries?: number;
  /** Waits when the gateway says so (Retry-After), and before it has to (RateLimit), instead of being refused. Default false. */
  readonly pace?: boolean;
  /** Milliseconds that `pace` may make one call wait, all in all. Default 60000. */
  readonly maxWaitMs?: number;
}

export interface CallOptions extends SharedOptions {
  /** Ends the call, its waits and its stream. */
  readonly signal?: AbortSignal;
  /** Sent as `Idempotency-Key`, the same for each try; `true` makes one. The call may then be made again whatever its method. */
  readonly idempotencyKey?: string | true;
  /** For `fetch`, such as `credentials` or `signal`. */
  readonly fetch?: Omit<RequestInit, "method" | "body" | "headers">;
}

export interface ClientOptions extends SharedOptions {
  /** API_V1_PREFIX of the gateway. Default `/api/v1`. */
  readonly apiPrefix?: string;
  /** Path prefixes of services whose key is not the last segment below `apiPrefix`, such as `{ billing: "/pay" }`. */
  readonly prefixes?: Readonly<Record<string, string>>;
  /** Default: the global one, in Bun without the proxy of the environment, through which secrets would leave. */
  readonly fetch?: (url: string, init: RequestInit) => Promise<Response>;
}

export type Settled = Required<SharedOptions>;

const defaults: Settled = { timeoutMs: 90_000, retries: 2, pace: false, maxWaitMs: 60_000 };

/** The options of the client over the defaults, or those of a call over the client's. Throws a RangeError on what is no number from 0. */
export function settle(options: SharedOptions, under: Settled = defaults): Settled {
  const settled = {
    timeoutMs: options.timeoutMs ?? under.timeoutMs,
    retries: options.retries ?? under.retries,
    pace: options.pace ?? under.pace,
    maxWaitMs: options.maxWaitMs ?? under.maxWaitMs,
  };
  for (const name of ["timeoutMs", "retries", "maxWaitMs"] as const)
    if (!(settled[name] >= 0)) throw new RangeError(`${name}: wanted a number from 0`);
  return settled;
}
