import { GatewayError } from "@isaas/gateway-sdk/errors";
import type { Clock, Log } from "@isaas/gateway-sdk/plugin";
import type { InstanceStatus } from "@isaas/gateway-sdk/registration";
import type { Services, WireRoute } from "@isaas/gateway-sdk/services";
import { type Changes, type Leases, StoreAwayError, type Table } from "@isaas/gateway-sdk/store";
import { createLeaseToken } from "./authorize.ts";
import type { Catalogue } from "./catalogue.ts";
import { refuseDisagreement, refuseTaken } from "./claims.ts";
import { defaultRoute, withCoreDefaults } from "./core-routes.ts";
import type { CheckedRegistration } from "./parse-registration.ts";
import { type InstanceRecord, keyOf } from "./record.ts";

/** Each gateway that writes in between costs one more try; so many do not write at once. */
const mostTries = 50;
/** How many lease tokens of one instance are valid: a repeated registration must not lock out the one before it. */
const keptTokens = 3;

export interface RegistrarOptions {
  readonly table: Table;
  readonly catalogue: Catalogue;
  readonly leases: Leases;
  readonly services: Services;
  readonly apiPrefix: string;
  /** Fills in what a route leaves out. */
  readonly fillRoute: (route: Readonly<Record<string, unknown>>) => WireRoute;
  readonly clock: Clock;
  readonly log: Log;
}

export interface Registered {
  readonly record: InstanceRecord;
  readonly token: string;
  readonly created: boolean;
}

type Decision<T> = { readonly changes: Changes; readonly result: T };

/** Writes the registry: every change is decided on the newest state and written only if that has not changed meanwhile. */
export class Registrar {
  readonly #options: RegistrarOptions;
  #last: Promise<unknown> = Promise.resolve();

  constructor(options: RegistrarOptions) {
    this.#options = options;
  }

  /** Throws CONFLICT when a prefix is somebody else's or the routes are not the service's, SERVICE_UNAVAILABLE without a store. */
  async register(registration: CheckedRegistration): Promise<Registered> {
    const { token, hash } = createLeaseToken();
    const { replaced, ...registered } = await this.#change((): Decision<Registered & { replaced: string[] }> => {
      const { record, replaced } = this.#decide(registration, hash);
      const changes = new Map<string, string | undefined>(replaced.map((key) => [key, undefined]));
      const key = keyOf(record.service_name, record.instance_id);
      const created = this.#options.catalogue.at(key) === undefined;
      return { changes: changes.set(key, JSON.stringify(record)), result: { record, token, created, replaced } };
    });
    const { service_name: service, instance_id: id } = registered.record;
    this.#tell(replaced, "stopped", "replaced under another id");
    if (registered.created) this.#tell([keyOf(service, id)], "starting", "registered");
    await this.renew(registered.record);
    return registered;
  }

  /** While the store is away nobody's lease ends: then there is nothing to write. */
  async renew({ service_name, instance_id, lease_seconds }: InstanceRecord): Promise<void> {
    try {
      await this.#options.leases.renew(keyOf(service_name, instance_id), lease_seconds * 1000);
    } catch (error) {
      if (!(error instanceof StoreAwayError)) throw error;
    }
  }

  /** Undefined when it is gone by now. */
  setDraining(key: string, draining: boolean): Promise<InstanceRecord | undefined> {
    return this.#change(() => {
      const record = this.#options.catalogue.at(key);
      if (record === undefined || record.draining === draining) return { changes: new Map(), result: record };
      const changed = { ...record, draining };
      return { changes: new Map([[key, JSON.stringify(changed)]]), result: changed };
    });
  }

  /** Those that are gone already are nobody's fault. */
  async remove(keys: readonly string[], reason: string): Promise<void> {
    const { catalogue, leases } = this.#options;
    const gone = await this.#change(() => {
      const there = keys.filter((key) => catalogue.at(key) !== undefined);
      return { changes: new Map(there.map((key) => [key, undefined])), result: there };
    });
    this.#tell(gone, "stopped", reason);
    await leases.drop(gone).catch(() => {});
  }

  #tell(keys: readonly string[], to: InstanceStatus, reason: string): void {
    for (const key of keys) {
      const [service, instance] = key.split("/");
      this.#options.log.info({ service, instance, to, reason }, "instance status");
    }
  }

  #decide(registration: CheckedRegistration, hash: string): { record: InstanceRecord; replaced: string[] } {
    const { catalogue, apiPrefix, clock } = this.#options;
    const { openapi, routes: asked, ...said } = registration;
    const { service_name: service, instance_id: id, host, port } = said;
    const known = catalogue.find(service, id);
    // An address can be only one instance: whoever was there before, under another id, is gone.
    const replaced = [...catalogue.instancesOf(service)]
      .filter(([, other]) => other.instance_id !== id && other.host === host && other.port === port)
      .map(([key]) => key);
    const live = this.#liveRoutes(service, [keyOf(service, id), ...replaced]);
    const routes = asked ?? live ?? [this.#defaultRoute(service)];
    // What is live was let in before, or is the operator's own choice.
    if (live !== undefined) refuseDisagreement(service, routes, live);
    else refuseTaken(service, routes, this.#others(), this.#options.services.reservedPrefixes, apiPrefix);
    const record: InstanceRecord = {
      ...said,
      ...(typeof openapi === "string" ? { openapi } : {}),
      routes,
      draining: false,
      registered_at: known?.registered_at ?? new Date(clock.now()).toISOString(),
      token_hashes: [hash, ...(known?.token_hashes ?? [])].slice(0, keptTokens),
    };
    return { record, replaced };
  }

  /** The routes that everybody else of the service has. */
  #liveRoutes(service: string, except: readonly string[]): readonly WireRoute[] | undefined {
    const { services, catalogue } = this.#options;
    const fixed = services.fixed().find(({ name }) => name === service);
    if (fixed !== undefined) return fixed.routes;
    for (const [key, { routes }] of catalogue.instancesOf(service)) if (!except.includes(key)) return routes;
    return undefined;
  }

  #defaultRoute(service: string): WireRoute {
    const { apiPrefix, fillRoute } = this.#options;
    return fillRoute(withCoreDefaults(service, defaultRoute(service, apiPrefix)));
  }

  *#others(): Iterable<{ name: string; routes: readonly WireRoute[] }> {
    const { services, catalogue } = this.#options;
    yield* services.fixed();
    for (const name of catalogue.services.keys()) yield { name, routes: catalogue.routesOf(name) ?? [] };
  }

  /** One change after the other: those of this gateway do not get into each other's way. */
  #change<T>(decide: () => Decision<T>): Promise<T> {
    const change = this.#last.then(() => this.#commit(decide));
    this.#last = change.catch(() => {});
    return change;
  }

  async #commit<T>(decide: () => Decision<T>): Promise<T> {
    const { table } = this.#options;
    try {
      for (let tries = 0; tries < mostTries; tries += 1) {
        const base = table.version;
        const { changes, result } = decide();
        if (changes.size === 0 || (await table.commit(changes, base))) return result;
      }
    } catch (error) {
      if (!(error instanceof StoreAwayError)) throw error;
      throw storeAway(error);
    }
    throw storeAway(undefined);
  }
}

function storeAway(cause: unknown): GatewayError {
  return new GatewayError("SERVICE_UNAVAILABLE", {
    message: "The shared store is away: nothing can be registered or changed now.",
    headers: { "retry-after": "1" },
    cause,
  });
}
