import { Circuit } from "./circuit.ts";

/** The circuits of this gateway, one a service, made when the first route wants one. */
export class Circuits {
  readonly #byService = new Map<string, Circuit>();
  readonly #create: (service: string) => Circuit;
  readonly #isLive: (service: string) => boolean;
  #pruneAt = 100;

  constructor(create: (service: string) => Circuit, isLive: (service: string) => boolean) {
    this.#create = create;
    this.#isLive = isLive;
  }

  /** By service name; those of services that have gone are left out. */
  get all(): Circuit[] {
    return [...this.#byService.values()]
      .filter(({ service }) => this.#isLive(service))
      .toSorted((a, b) => (a.service < b.service ? -1 : 1));
  }

  /** One that somebody asked for, whether or not its service is there. */
  find(service: string): Circuit | undefined {
    return this.#byService.get(service);
  }

  of(service: string): Circuit {
    const known = this.#byService.get(service);
    if (known !== undefined) return known;
    this.#prune();
    const circuit = this.#create(service);
    this.#byService.set(service, circuit);
    return circuit;
  }

  /** Services come and go, and new ones have new names: what is gone for good must not add up. */
  #prune(): void {
    if (this.#byService.size < this.#pruneAt) return;
    for (const service of this.#byService.keys()) if (!this.#isLive(service)) this.#byService.delete(service);
    this.#pruneAt = 100 + 2 * this.#byService.size;
  }
}
