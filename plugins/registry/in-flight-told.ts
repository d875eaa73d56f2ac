import type { Services } from "@isaas/gateway-sdk/services";
import type { Members } from "@isaas/gateway-sdk/store";
import type { Catalogue } from "./catalogue.ts";

/**
 * Requests of draining instances, told between gateways: whoever stops a service wants to know when the last one is
 * done, whichever gateway sent it. For other instances each gateway knows its own.
 */
export class InFlightTold {
  readonly #members: Members;
  readonly #catalogue: Catalogue;
  readonly #services: Services;
  #last = "";

  constructor(members: Members, catalogue: Catalogue, services: Services) {
    this.#members = members;
    this.#catalogue = catalogue;
    this.#services = services;
  }

  /** To be called each second. */
  tell(): void {
    const counts: Record<string, number> = {};
    for (const [service, instances] of this.#catalogue.services) {
      for (const [key, { draining, instance_id: id }] of instances) {
        const count = draining ? (this.#services.load(service, id)?.inFlight ?? 0) : 0;
        if (count > 0) counts[key] = count;
      }
    }
    const text = Object.keys(counts).length === 0 ? "" : JSON.stringify(counts);
    // Telling costs a round to the store.
    if (text !== this.#last) this.#members.tell(text);
    this.#last = text;
  }

  /** How many the other gateways have there, as they last said. */
  elsewhere(key: string): number {
    return this.#members.all
      .filter(({ id, data }) => id !== this.#members.self && data !== "")
      .reduce((sum, { data }) => sum + countIn(data, key), 0);
  }
}

function countIn(data: string, key: string): number {
  try {
    const count: unknown = Reflect.get(Object(JSON.parse(data)), key);
    return typeof count === "number" && Number.isSafeInteger(count) && count > 0 ? count : 0;
  } catch {
    return 0;
  }
}
