import type { RegistrationRequest } from "../registration.ts";
import type { ServiceOptions } from "./options.ts";

/** The body of `POST {p}/services`; undefined values do not travel. */
export type RegistrationBody = { readonly [Key in keyof RegistrationRequest]: unknown };

/** What a service sends of itself. The gateway checks the rest: its plugins may know more than this package. */
export function registrationOf(options: ServiceOptions): RegistrationBody {
  return {
    service_name: toServiceName(options.name),
    instance_id: options.instanceId,
    host: options.host,
    port: options.port,
    check_endpoint: options.checkEndpoint,
    check_interval: options.checkInterval,
    metadata: options.metadata,
    version: options.version,
    weight: options.weight,
    lease_seconds: options.leaseSeconds,
    openapi: options.openapi === false ? undefined : options.openapi,
    routes: options.routes,
  };
}

/** `intent` and `intent_service` are both `intent_service`; `billing-eu` is `billing_eu_service`. */
export function toServiceName(name: string): string {
  const plain = name.replaceAll("-", "_");
  return plain.endsWith("_service") ? plain : `${plain}_service`;
}
