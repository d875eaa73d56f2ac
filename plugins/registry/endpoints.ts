import { GatewayError } from "@isaas/gateway-sdk/errors";
import type { Host } from "@isaas/gateway-sdk/plugin";
import type { HeartbeatAnswer, RegistrationAnswer } from "@isaas/gateway-sdk/registration";
import { type AnyElysia, Elysia, t } from "elysia";
import type { AddressRules } from "./address-rules.ts";
import { findDialable } from "./addresses.ts";
import type { Authority } from "./authorize.ts";
import type { Catalogue } from "./catalogue.ts";
import type { Describer } from "./describe.ts";
import type { Documents } from "./documents.ts";
import { bodies, registrationBody, security } from "./documentation.ts";
import { type CheckedRegistration, invalid } from "./parse-registration.ts";
import { operatorOnlyProblems } from "./operator-only.ts";
import { readJson } from "./read-json.ts";
import { type InstanceRecord, keyOf } from "./record.ts";
import type { Registrar } from "./registrar.ts";

export interface EndpointsOptions {
  readonly host: Host;
  readonly authority: Authority;
  readonly rules: AddressRules;
  readonly catalogue: Catalogue;
  readonly registrar: Registrar;
  readonly describer: Describer;
  readonly documents: Documents;
  readonly parseRegistration: (body: unknown, callerAddress: string) => CheckedRegistration;
}

const named = t.Object({ name: t.String({ description: "Service name" }) });
const one = t.Object({
  name: t.String({ description: "Service name" }),
  id: t.String({ description: "Instance id" }),
});

/** The registry's HTTP API. Bodies are read only after it is clear who sends them. */
export function createEndpoints(options: EndpointsOptions): AnyElysia {
  const { host, authority, catalogue, registrar, describer, documents, rules, parseRegistration } = options;
  const tags = ["Services"];
  const services = `${host.apiPrefix}/services`;
  const instance = `${services}/:name/instances/:id`;

  return new Elysia({ name: "registry", detail: { tags, security } })
    .post(
      services,
      async ({ request, status }) => {
        const exchange = host.exchangeOf(request);
        authority.mayRegister(exchange);
        const registration = parseRegistration(await readJson(request), exchange.clientAddress);
        authority.mayRegisterAs(exchange, registration.service_name);
        if (!authority.isOperator(exchange)) refuseOperatorOnly(registration);
        await refuseForbidden(registration.host);
        const { record, token, created } = await registrar.register(registration);
        const { openapi } = registration;
        if (typeof openapi === "object" && openapi !== null) await documents.keep(record.service_name, openapi);
        const { routes } = record;
        const answer: RegistrationAnswer = { ...heartbeatAnswer(record), lease_token: token, routes };
        return status(created ? 201 : 200, answer);
      },
      { parse: "none", detail: { summary: "Register an instance", ...registrationBody(host.services.routeSchema) } },
    )
    .put(
      `${instance}/heartbeat`,
      async ({ request, params: { name, id } }) => {
        const record = findOwned(request, name, id);
        await registrar.renew(record);
        return heartbeatAnswer(record);
      },
      { parse: "none", params: one, detail: { summary: "Renew the lease of an instance", ...bodies.heartbeat } },
    )
    .patch(
      instance,
      async ({ request, params: { name, id } }) => {
        const record = findOwned(request, name, id);
        const draining = parseDraining(await readJson(request));
        const changed = await registrar.setDraining(keyOf(name, id), draining);
        return describer.instance(changed ?? record);
      },
      { parse: "none", params: one, detail: { summary: "Drain an instance, or take it back", ...bodies.patch } },
    )
    .delete(
      instance,
      async ({ request, params: { name, id }, status }) => {
        findOwned(request, name, id);
        await registrar.remove([keyOf(name, id)], "removed");
        return status(204);
      },
      { parse: "none", params: one, detail: { summary: "Remove an instance", ...bodies.remove } },
    )
    .get(
      services,
      ({ request }) => {
        authority.mayRead(host.exchangeOf(request));
        return { services: describer.services() };
      },
      { detail: { summary: "All services, without the history of their checks", ...bodies.list } },
    )
    .get(
      `${services}/:name`,
      ({ request, params: { name } }) => {
        authority.mayRead(host.exchangeOf(request));
        const service = describer.service(name);
        if (service === undefined) throw new GatewayError("NOT_FOUND", { message: "There is no such service." });
        return service;
      },
      { params: named, detail: { summary: "A service and its instances", ...bodies.one } },
    );

  function findOwned(request: Request, name: string, id: string): InstanceRecord {
    return authority.mayChange(host.exchangeOf(request), catalogue.find(name, id));
  }

  function heartbeatAnswer(record: InstanceRecord): HeartbeatAnswer {
    const { service_name, instance_id, lease_seconds } = record;
    const status = describer.statusOf(record);
    return { service_name, instance_id, status, lease_seconds, heartbeat_seconds: Math.floor(lease_seconds / 3) };
  }

  function refuseOperatorOnly({ routes = [] }: CheckedRegistration): void {
    const problems = operatorOnlyProblems(host.services.routeSchema, routes);
    if (problems.length > 0) throw invalid(problems);
  }

  /** One that does not resolve yet is let in: its checks look again, by the same rules. */
  async function refuseForbidden(name: string): Promise<void> {
    const found = await findDialable(name, rules, host.resolve);
    if ("refused" in found && found.refused === "forbidden") {
      throw invalid([{ path: "host", message: "wanted a host that REGISTRATION_ALLOW lets in" }]);
    }
  }
}

function parseDraining(body: unknown): boolean {
  const status: unknown = typeof body === "object" && body !== null ? Reflect.get(body, "status") : undefined;
  if (status === "draining" || status === "starting") return status === "draining";
  throw invalid([{ path: "status", message: "wanted draining or starting" }]);
}
