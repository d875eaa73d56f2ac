import { definePlugin, type Host } from "@isaas/gateway-sdk/plugin";
import type { WireRoute } from "@isaas/gateway-sdk/services";
import { findMistakes } from "@isaas/gateway-sdk/validation";
import { AddressRules } from "./address-rules.ts";
import { Authority } from "./authorize.ts";
import { Catalogue } from "./catalogue.ts";
import { Checker } from "./checker.ts";
import { Describer } from "./describe.ts";
import { Documents } from "./documents.ts";
import { createEndpoints } from "./endpoints.ts";
import { HealthBoard } from "./health-board.ts";
import { InFlightTold } from "./in-flight-told.ts";
import { NameWatch } from "./name-watch.ts";
import { type RegistryOptions, registryOptions } from "./options.ts";
import { createRegistrationParser } from "./parse-registration.ts";
import { createProbe } from "./probe.ts";
import { Publisher } from "./publisher.ts";
import { createRecordParser } from "./record.ts";
import { Registrar } from "./registrar.ts";
import { createClaimCheck } from "./stored-claims.ts";
import { Sweeper } from "./sweeper.ts";
import { Watch } from "./watch.ts";

/** Services come, prove themselves, and go: registrations, leases, health checks. */
export const registry = definePlugin({
  name: "registry",
  stage: "upstream",
  options: registryOptions,
  setup(host, options) {
    const { watch, endpoints } = furnish(host, options);
    return { endpoints, start: () => watch.start(), close: () => watch.close() };
  },
});

/** Puts the parts of the registry together. */
function furnish(host: Host, options: RegistryOptions) {
  const { store, services, clock, log, apiPrefix } = host;
  const { routeSchema } = services;
  const rules = new AddressRules(options.registration_allow);
  const table = store.table("instances");
  const leases = store.leases("instances");

  const parseRecord = createRecordParser(routeSchema);
  const mayClaim = createClaimCheck(apiPrefix, services);
  const readRecord = (text: string) => {
    const record = parseRecord(text);
    return record !== undefined && mayClaim(record) ? record : undefined;
  };
  const catalogue = new Catalogue(table, readRecord, log);
  const board = new HealthBoard({
    table: store.table("health", { durable: false }),
    isChecking: () => store.members.leading,
    thresholds: { healthy: options.check_healthy_threshold, unhealthy: options.check_unhealthy_threshold },
    log,
    onTurn: (keys) => watch.onTurn(keys),
  });
  const documents = new Documents({
    host,
    table: store.table("documents"),
    log,
    onChange: (names) => watch.onDocuments(names),
  });
  const publisher = new Publisher({ services, catalogue, board, documents, rules, log });
  const registrar = new Registrar({
    table,
    catalogue,
    leases,
    services,
    apiPrefix,
    fillRoute: (route) => findMistakes(routeSchema, route).filled as WireRoute,
    clock,
    log,
  });
  const probe = createProbe(host, {
    rules,
    timeoutMs: options.check_timeout_seconds * 1000,
    userAgent: `isaas-gateway/${host.version} health check`,
  });
  const told = new InFlightTold(store.members, catalogue, services);
  const checker = new Checker({ probe, onCheck: (key, check) => watch.onCheck(key, check) });
  const watch: Watch = new Watch({
    store,
    catalogue,
    board,
    checker,
    publisher,
    documents,
    told,
    sweeper: new Sweeper({ clock, log, catalogue, leases, evict: (keys) => registrar.remove(keys, "lease ran out") }),
    names: new NameWatch({ catalogue, board, rules, resolve: host.resolve, onMoved: (key) => checker.hurry(key) }),
    log,
  });

  const endpoints = createEndpoints({
    host,
    authority: new Authority(options.registration_key),
    rules,
    catalogue,
    registrar,
    documents,
    describer: new Describer({ catalogue, board, services, told }),
    parseRegistration: createRegistrationParser({
      routeSchema,
      checkRoute: services.checkRoute,
      apiPrefix,
      leaseSeconds: options.lease_seconds,
    }),
  });
  return { watch, endpoints };
}
