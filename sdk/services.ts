/** One process of a service, as whoever found it describes it. */
export interface InstanceInfo {
  /** Unique among the service's instances; the same id is the same instance, whatever else changes. */
  readonly id: string;
  /** What is dialled: scheme, address, port and base path, without a slash at its end. */
  readonly url: string;
  /** The Host header it gets; undefined: that of the URL. */
  readonly authority: string | undefined;
  /** Its share beside the others, 1 to 1000. */
  readonly weight: number;
  /** Whether it takes new requests. Those it has are finished either way. */
  readonly open: boolean;
}

/** What the kernel knows of an instance by serving with it. */
export interface InstanceLoad {
  /** Requests sent to it by this gateway and not yet ended, bodies included. */
  readonly inFlight: number;
  /** Set while it gets no requests because too many failed in a row; the time is in milliseconds since 1970. */
  readonly ejected: { readonly untilMs: number; readonly reason: string } | undefined;
}
