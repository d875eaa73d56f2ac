import type { RouteOptions } from "@isaas/gateway-sdk/contract";
import type { InstanceStatus, InstanceView, ServiceView } from "@isaas/gateway-sdk/registration";
import type { FixedService, InstanceInfo, Services } from "@isaas/gateway-sdk/services";
import type { Catalogue } from "./catalogue.ts";
import type { HealthBoard } from "./health-board.ts";
import type { InFlightTold } from "./in-flight-told.ts";
import { type InstanceRecord, keyOf } from "./record.ts";

export interface DescriberOptions {
  readonly catalogue: Catalogue;
  readonly board: HealthBoard;
  readonly services: Services;
  readonly told: InFlightTold;
}

/** The registry as operators see it: what is registered beside what the settings name. */
export class Describer {
  readonly #options: DescriberOptions;

  constructor(options: DescriberOptions) {
    this.#options = options;
  }

  /** All services by name, without the history of their checks. */
  services(): ServiceView[] {
    const { catalogue, services } = this.#options;
    const names = new Set([...services.fixed().map(({ name }) => name), ...catalogue.services.keys()]);
    return [...names]
      .toSorted()
      .flatMap((name) => this.service(name) ?? [])
      .map(withoutChecks);
  }

  service(name: string): ServiceView | undefined {
    const { catalogue, services } = this.#options;
    const fixed = services.fixed().find((service) => service.name === name);
    const registered = [...catalogue.instancesOf(name).values()];
    if (fixed === undefined && registered.length === 0) return undefined;
    const routes: readonly RouteOptions[] = fixed?.routes ?? catalogue.routesOf(name) ?? [];
    const instances = [
      ...(fixed === undefined ? [] : fixed.instances.map((instance) => this.#describeFixed(fixed, instance))),
      ...registered.map((record) => this.instance(record)),
    ];
    return { service_name: name, routes, instances };
  }

  instance(record: InstanceRecord): InstanceView {
    const { service_name: service, instance_id: id, host, port, version, weight, metadata, registered_at } = record;
    const { checks } = this.#options.board.of(keyOf(service, id));
    return {
      instance_id: id,
      host,
      port,
      status: this.statusOf(record),
      last_check: checks[0]?.at ?? null,
      checks,
      metadata,
      registered_at,
      ...(version === undefined ? {} : { version }),
      weight,
      ...this.#load(service, id),
    };
  }

  statusOf({ service_name, instance_id, draining }: InstanceRecord): InstanceStatus {
    return draining ? "draining" : this.#options.board.of(keyOf(service_name, instance_id)).status;
  }

  /** Nobody checks what the settings name: it takes requests as long as it stands there. */
  #describeFixed({ name }: FixedService, { id, url, authority, weight }: InstanceInfo): InstanceView {
    const { protocol, hostname, port } = new URL(authority === undefined ? url : `http://${authority}`);
    return {
      instance_id: id,
      host: hostname.replaceAll(/^\[|\]$/g, ""),
      port: Number(port || (protocol === "https:" ? 443 : 80)),
      status: "healthy",
      last_check: null,
      checks: [],
      metadata: {},
      registered_at: null,
      weight,
      ...this.#load(name, id),
    };
  }

  #load(service: string, id: string): Pick<InstanceView, "in_flight" | "ejected_until" | "ejected_because"> {
    const { services, told } = this.#options;
    const load = services.load(service, id);
    const in_flight = (load?.inFlight ?? 0) + told.elsewhere(keyOf(service, id));
    if (load?.ejected === undefined) return { in_flight };
    const { untilMs, reason } = load.ejected;
    return { in_flight, ejected_until: new Date(untilMs).toISOString(), ejected_because: reason };
  }
}

function withoutChecks({ instances, ...service }: ServiceView): ServiceView {
  return { ...service, instances: instances.map((instance) => Object.assign({}, instance, { checks: [] })) };
}
