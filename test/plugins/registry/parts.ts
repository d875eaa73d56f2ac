import { routeSchema } from "@isaas/gateway-sdk/contract";
import type { Clock } from "@isaas/gateway-sdk/plugin";
import type { WireRoute } from "@isaas/gateway-sdk/services";
import { findMistakes } from "@isaas/gateway-sdk/validation";
import { Catalogue } from "../../../plugins/registry/catalogue.ts";
import { type CheckedRegistration, createRegistrationParser } from "../../../plugins/registry/parse-registration.ts";
import { createRecordParser, type InstanceRecord } from "../../../plugins/registry/record.ts";
import { Registrar } from "../../../plugins/registry/registrar.ts";
import { systemClock } from "../../../src/clock.ts";
import type { StoreSettings } from "../../../src/store/openable-store.ts";
import { createDirectory, type DirectoryParts } from "../../support/directory.ts";
import { newStore } from "../../store/stores.ts";

export const apiPrefix = "/api/v1";

/** A route as the registry keeps it, with every default. */
export function fillRoute(route: object): WireRoute {
  return findMistakes(routeSchema, route).filled as WireRoute;
}

export const toRoute = (path_prefix: string, more: object = {}): WireRoute => fillRoute({ path_prefix, ...more });

export function toRecord(more: Partial<InstanceRecord> = {}): InstanceRecord {
  return {
    service_name: "billing_service",
    instance_id: "one",
    host: "127.0.0.1",
    port: 9000,
    check_endpoint: "/health",
    check_interval: 30,
    metadata: {},
    weight: 1,
    lease_seconds: 30,
    routes: [toRoute("/api/v1/billing", { methods: ["GET"] })],
    draining: false,
    registered_at: "2026-01-01T00:00:00.000Z",
    token_hashes: ["0".repeat(64)],
    ...more,
  };
}

const parse = createRegistrationParser({ routeSchema, checkRoute: () => [], apiPrefix, leaseSeconds: 30 });

/** What the parser makes of this body. */
export function toRegistration(body: Readonly<Record<string, unknown>> = {}): CheckedRegistration {
  return parse({ service_name: "billing_service", host: "127.0.0.1", port: 9000, ...body }, "127.0.0.1");
}

export interface Parts extends DirectoryParts {
  readonly store: ReturnType<typeof newStore>["store"];
  readonly log: ReturnType<typeof newStore>["log"];
  readonly catalogue: Catalogue;
  readonly leases: ReturnType<ReturnType<typeof newStore>["store"]["leases"]>;
  readonly instances: ReturnType<ReturnType<typeof newStore>["store"]["table"]>;
  readonly registrar: Registrar;
}

/** The registry's memory over a real store that is open, with a catalogue that follows it. The caller closes the store. */
export async function openParts(settings: Partial<StoreSettings> = {}, clock: Clock = systemClock): Promise<Parts> {
  const { store, log } = newStore(settings, clock);
  const parts = createDirectory(log);
  const instances = store.table("instances");
  const leases = store.leases("instances");
  await store.open();
  const catalogue = new Catalogue(instances, createRecordParser(routeSchema), log);
  catalogue.start(() => {});
  const services = parts.servicesOf("registry");
  const registrar = new Registrar({ table: instances, catalogue, leases, services, apiPrefix, fillRoute, clock, log });
  return { ...parts, store, log, catalogue, leases, instances, registrar };
}
