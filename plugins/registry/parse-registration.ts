import { createHash } from "node:crypto";
import { isIP } from "node:net";
import ipaddr from "ipaddr.js";
import { GatewayError, type Problem } from "@isaas/gateway-sdk/errors";
import { createRegistrationSchema, mostDescriptionBytes, type Registration } from "@isaas/gateway-sdk/registration";
import type { Services, WireRoute } from "@isaas/gateway-sdk/services";
import { findMistakes } from "@isaas/gateway-sdk/validation";
import type { TObject } from "typebox";
import { repeatedProblems, outsideProblems } from "./claims.ts";
import { looseningProblems, withCoreDefaults } from "./core-routes.ts";
import { mostMetadataBytes } from "./record.ts";
import { longListProblems } from "./long-lists.ts";

/** A registration in which everything is there but routes that it leaves to the service. */
export interface CheckedRegistration extends Omit<Registration, "routes"> {
  readonly instance_id: string;
  readonly host: string;
  readonly lease_seconds: number;
  readonly routes: readonly WireRoute[] | undefined;
}

export interface RegistrationRules {
  readonly routeSchema: TObject;
  readonly checkRoute: Services["checkRoute"];
  readonly apiPrefix: string;
  readonly leaseSeconds: number;
}

/** Makes a registration of what a service sent, or throws INVALID_REQUEST with all that is wrong with it. */
export function createRegistrationParser({ routeSchema, checkRoute, apiPrefix, leaseSeconds }: RegistrationRules) {
  const schema = createRegistrationSchema(routeSchema);
  return function parseRegistration(body: unknown, callerAddress: string): CheckedRegistration {
    const tooLong = longListProblems(body);
    if (tooLong.length > 0) throw invalid(tooLong);
    const { filled, mistakes } = findMistakes(schema, withRouteDefaults(body));
    if (mistakes.length > 0) {
      throw invalid(mistakes.map(({ path, wanted }) => ({ path: path || "body", message: `wanted ${wanted}` })));
    }
    const registration = filled as Registration;
    const host = toPlainHost(registration.host ?? callerAddress);
    const { service_name: service } = registration;
    const routes = registration.routes as readonly WireRoute[] | undefined;
    const problems = [
      ...addressProblem(host),
      ...sizeProblem("metadata", registration.metadata, mostMetadataBytes, "8 KiB"),
      ...sizeProblem("openapi", registration.openapi, mostDescriptionBytes, "1 MiB"),
      ...routeProblems(service, routes ?? []),
    ];
    if (problems.length > 0) throw invalid(problems);
    return {
      ...registration,
      host,
      instance_id: registration.instance_id ?? defaultId(service, host, registration.port),
      lease_seconds: registration.lease_seconds ?? leaseSeconds,
      routes,
    };
  };

  function routeProblems(service: string, routes: readonly WireRoute[]): Problem[] {
    return [
      ...outsideProblems(apiPrefix, routes),
      ...repeatedProblems(routes),
      ...looseningProblems(service, routes),
      ...routes.flatMap((route, index) =>
        checkRoute(service, route).map(({ path, message }) => ({ path: `routes[${index}].${path}`, message })),
      ),
    ];
  }
}

export function invalid(problems: readonly Problem[]): GatewayError {
  return new GatewayError("INVALID_REQUEST", { message: "The request is not valid.", details: { problems } });
}

/** Before the schema's own defaults, which know no core table. What is no route stays for the schema to refuse. */
function withRouteDefaults(body: unknown): unknown {
  if (typeof body !== "object" || body === null || !("routes" in body) || !Array.isArray(body.routes)) return body;
  const service = "service_name" in body && typeof body.service_name === "string" ? body.service_name : "";
  const routes = body.routes.map((route: unknown) =>
    typeof route === "object" && route !== null && !Array.isArray(route)
      ? withCoreDefaults(service, { ...route })
      : route,
  );
  return { ...body, routes };
}

function sizeProblem(path: string, value: unknown, mostBytes: number, most: string): Problem[] {
  const bytes = value === undefined ? 0 : Buffer.byteLength(JSON.stringify(value));
  return bytes > mostBytes ? [{ path, message: `wanted at most ${most} of JSON` }] : [];
}

/** What the schema lets through with colons in it may still be no address, and as a name it would never resolve. */
function addressProblem(host: string): Problem[] {
  return host.includes(":") && isIP(host) === 0 ? [{ path: "host", message: "wanted a host name or an address" }] : [];
}

/** One spelling for each host, so that the same instance has the same id. */
function toPlainHost(host: string): string {
  const plain = host.toLowerCase().replace(/\.$/, "");
  return isIP(plain) === 6 && !plain.includes("%") ? ipaddr.process(plain).toString() : plain;
}

/** The same for the same service, host and port, on every gateway. */
function defaultId(service: string, host: string, port: number): string {
  return createHash("sha256").update(`${service} ${host} ${port}`).digest("hex").slice(0, 16);
}
