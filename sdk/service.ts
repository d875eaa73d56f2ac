export type { RouteOptions } from "./contract.ts";
export type { InstanceStatus } from "./registration.ts";
export { type GatewayServiceOptions, gatewayService } from "./service/elysia/gateway-service.ts";
export type { Lease, LeaseEvent, LeaseState } from "./service/lease.ts";
export type { Access, ClientCredentials, ServiceDescription, ServiceOptions, ServiceRoute } from "./service/options.ts";
export { registerService } from "./service/register-service.ts";
export { RegistryError, type RegistryErrorCode } from "./service/registry-error.ts";
