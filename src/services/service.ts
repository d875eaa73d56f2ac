import { pickLeastLoaded } from "./balance.ts";

/** One process that serves a service. */
export class Instance {
  /** Scheme, host, port and base path, without a slash at the end. */
  readonly url: string;
  /** Requests sent to it and not yet ended, bodies included. */
  inFlight = 0;

  constructor(url: string) {
    this.url = url;
  }
}

/** A named service and the instances that requests are spread over. */
export class Service {
  readonly name: string;
  readonly instances: readonly Instance[];

  constructor(name: string, urls: readonly string[]) {
    this.name = name;
    this.instances = urls.map((url) => new Instance(url));
  }

  /** The instance for the next request, none of these, or undefined when there is no other. */
  pick(except: readonly Instance[]): Instance | undefined {
    if (except.length === 0) return pickLeastLoaded(this.instances);
    return pickLeastLoaded(this.instances.filter((instance) => !except.includes(instance)));
  }
}
