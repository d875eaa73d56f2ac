import { isDeepStrictEqual } from "node:util";
import type { Log } from "@isaas/gateway-sdk/plugin";
import type { WireRoute } from "@isaas/gateway-sdk/services";
import type { Table } from "@isaas/gateway-sdk/store";
import { type InstanceRecord, keyOf, serviceOf } from "./record.ts";

type Instances = ReadonlyMap<string, InstanceRecord>;
const none: Instances = new Map();

/** Called with the keys of instances that came, changed or went. */
export type CatalogueListener = (keys: readonly string[]) => void;

/** What is registered, by service: the store's records, read and checked once for each change. */
export class Catalogue {
  readonly #table: Table;
  readonly #parse: (text: string) => InstanceRecord | undefined;
  readonly #log: Log;
  readonly #services = new Map<string, Map<string, InstanceRecord>>();
  #listener: CatalogueListener = () => {};

  constructor(table: Table, parse: (text: string) => InstanceRecord | undefined, log: Log) {
    this.#table = table;
    this.#parse = parse;
    this.#log = log;
  }

  /** From now on every change is told; what is there already is told at once. */
  start(listener: CatalogueListener): void {
    this.#listener = listener;
    this.#table.onChange((keys) => this.#read([...keys]));
    this.#read([...this.#table.entries.keys()]);
  }

  get services(): ReadonlyMap<string, Instances> {
    return this.#services;
  }

  get size(): number {
    let size = 0;
    for (const instances of this.#services.values()) size += instances.size;
    return size;
  }

  instancesOf(service: string): Instances {
    return this.#services.get(service) ?? none;
  }

  find(service: string, id: string): InstanceRecord | undefined {
    return this.#services.get(service)?.get(keyOf(service, id));
  }

  at(key: string): InstanceRecord | undefined {
    return this.#services.get(serviceOf(key))?.get(key);
  }

  /** All instances of a service agree on its routes. */
  routesOf(service: string): readonly WireRoute[] | undefined {
    for (const { routes } of this.instancesOf(service).values()) return routes;
    return undefined;
  }

  #read(keys: readonly string[]): void {
    for (const key of keys) {
      const text = this.#table.entries.get(key);
      const record = text === undefined ? undefined : this.#parse(text);
      if (record !== undefined && key === keyOf(record.service_name, record.instance_id)) this.#put(key, record);
      else {
        if (text !== undefined)
          this.#log.warn({ key: nameable(key) }, "a record in the store is not a registration: ignored");
        this.#remove(key);
      }
    }
    if (keys.length > 0) this.#listener(keys);
  }

  #put(key: string, record: InstanceRecord): void {
    const instances = this.#services.get(record.service_name);
    if (instances === undefined) {
      this.#services.set(record.service_name, new Map([[key, record]]));
      return;
    }
    // A service of many instances need not hold its routes many times.
    const routes = this.routesOf(record.service_name);
    instances.set(key, isDeepStrictEqual(routes, record.routes) ? { ...record, routes: routes ?? [] } : record);
  }

  #remove(key: string): void {
    const service = serviceOf(key);
    const instances = this.#services.get(service);
    instances?.delete(key);
    if (instances?.size === 0) this.#services.delete(service);
  }
}

/** Whoever wrote the record chose its key as well. */
function nameable(key: string): string {
  return /^[\w./-]{1,130}$/.test(key) ? key : "unreadable";
}
