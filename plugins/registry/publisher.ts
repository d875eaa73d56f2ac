import type { Log } from "@isaas/gateway-sdk/plugin";
import type { InstanceInfo, Services } from "@isaas/gateway-sdk/services";
import { toAuthority, toUrl } from "./addresses.ts";
import type { AddressRules } from "./address-rules.ts";
import type { Catalogue } from "./catalogue.ts";
import type { Documents } from "./documents.ts";
import type { HealthBoard } from "./health-board.ts";
import { type InstanceRecord, keyOf } from "./record.ts";

export interface PublisherOptions {
  readonly services: Services;
  readonly catalogue: Catalogue;
  readonly board: HealthBoard;
  readonly documents: Documents;
  readonly rules: AddressRules;
  readonly log: Log;
}

/** Tells the kernel which instances a service has and which of them take requests, whenever one of both changes. */
export class Publisher {
  readonly #services: Services;
  readonly #catalogue: Catalogue;
  readonly #board: HealthBoard;
  readonly #documents: Documents;
  readonly #rules: AddressRules;
  readonly #log: Log;
  /** Services whose routes belong to somebody else here, or name what only other gateways' settings have. */
  readonly #unfit = new Set<string>();

  constructor({ services, catalogue, board, documents, rules, log }: PublisherOptions) {
    this.#services = services;
    this.#catalogue = catalogue;
    this.#board = board;
    this.#documents = documents;
    this.#rules = rules;
    this.#log = log;
  }

  publish(service: string): void {
    this.#publish(service);
    // What stood in the way of others may be gone.
    for (const other of this.#unfit) if (other !== service) this.#publish(other);
  }

  #publish(service: string): void {
    const records = [...this.#catalogue.instancesOf(service).values()];
    const routes = this.#catalogue.routesOf(service);
    if (routes === undefined) {
      this.#unfit.delete(service);
      this.#services.withdraw(service);
      return;
    }
    try {
      this.#services.publish(service, {
        routes,
        instances: records.map((record) => this.#toInstance(record)),
        lastCheck: () => this.#lastCheck(service),
        document: this.#documents.of(service),
      });
      this.#unfit.delete(service);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      // What was served of it before is out of date.
      this.#services.withdraw(service);
      if (this.#unfit.has(service)) return;
      this.#unfit.add(service);
      // Another gateway on the store, with other settings, let it in.
      this.#log.error(
        { service, reason: error.message },
        "a registered service does not fit the settings here: not served",
      );
    }
  }

  #toInstance(record: InstanceRecord): InstanceInfo {
    const { status, address } = this.#board.of(keyOf(record.service_name, record.instance_id));
    // The address may come from the store, where somebody else may have written it.
    const allowed = address !== undefined && this.#rules.allows(record.host, address);
    return {
      id: record.instance_id,
      url: toUrl(allowed ? address : record.host, record.port),
      authority: toAuthority(record.host, record.port),
      weight: record.weight,
      open: allowed && status === "healthy" && !record.draining,
    };
  }

  #lastCheck(service: string): string | null {
    let last: string | null = null;
    for (const key of this.#catalogue.instancesOf(service).keys()) {
      const at = this.#board.of(key).checks[0]?.at;
      if (at !== undefined && (last === null || at > last)) last = at;
    }
    return last;
  }
}
