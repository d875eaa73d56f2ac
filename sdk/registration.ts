import { type Static, type TObject, Type } from "typebox";
import { type RouteOptions, routeSchema } from "./contract.ts";
import { instancePath, isDescription } from "./description.ts";

export { instancePath, isDescription, mostDescriptionBytes } from "./description.ts";

/**
 * Where an instance stands. `starting`: not yet checked. `healthy`: takes requests. `unhealthy`: its checks answer badly.
 * `failed`: its checks get no answer. `draining`: finishes what it has, gets nothing new. `stopped`: it has left.
 */
export const instanceStatuses = ["starting", "healthy", "unhealthy", "failed", "draining", "stopped"] as const;
export type InstanceStatus = (typeof instanceStatuses)[number];

export const serviceName = Type.String({
  pattern: "^[a-z][a-z0-9_]{0,63}$",
  wanted: "a service name such as billing_service",
  description: "The service that this is an instance of.",
});

export const instanceId = Type.String({
  pattern: "^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$",
  wanted: "1 to 64 letters, digits, dots, underscores or hyphens",
  description: "Default: the same for the same service, host and port.",
});

const label = "[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?";
const octet = "(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)";
/** A name whose last label has a letter, or an address. `127.1`, `0x7f.1` and a bare number are other ways to write one. */
const host = `^(?:(?:${label}\\.)*(?!0[xX])(?=[^.]*[A-Za-z_])${label}\\.?|(?:${octet}\\.){3}${octet}|[0-9A-Fa-f.]*:[0-9A-Fa-f:.]*)$`;

const fields = {
  service_name: serviceName,
  instance_id: Type.Optional(instanceId),
  host: Type.Optional(
    Type.String({
      maxLength: 253,
      pattern: host,
      wanted: "a host name or an address",
      description: "Where the instance listens. Default: the address by which the gateway sees the caller.",
    }),
  ),
  port: Type.Integer({ minimum: 1, maximum: 65535, description: "The port it listens on." }),
  check_endpoint: Type.String({
    default: "/health",
    maxLength: 512,
    pattern: instancePath,
    wanted: "a path such as /health",
    description: "Asked by GET; a 2xx answer is good. Redirects are not followed.",
  }),
  check_interval: Type.Number({
    default: 30,
    minimum: 1,
    maximum: 3600,
    description: "Seconds between two checks, give or take a tenth.",
  }),
  metadata: Type.Record(Type.String(), Type.Unknown(), {
    default: {},
    maxProperties: 64,
    wanted: "an object of at most 64 entries",
    description: "Whatever operators want to read beside the instance; at most 8 KiB as JSON.",
  }),
  version: Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: 64,
      wanted: "1 to 64 characters",
      description: "The version of the service that runs here.",
    }),
  ),
  weight: Type.Integer({
    default: 1,
    minimum: 1,
    maximum: 1000,
    description: "Its share of the requests beside the other instances.",
  }),
  lease_seconds: Type.Optional(
    Type.Integer({
      minimum: 3,
      maximum: 3600,
      description:
        "The instance is removed when it renews its lease for so long. Default: the gateway's. A third of it is the heartbeat.",
    }),
  ),
  openapi: Type.Optional(
    Type.Refine(
      Type.Unknown({
        wanted: "an OpenAPI 3 document, or its path on the service",
        description: "Describes the service in the gateway's documentation; at most 1 MiB.",
      }),
      isDescription,
      () => "no description",
    ),
  ),
};

/** The body of `POST {p}/services`, with the route schema of a gateway and its plugins. */
export function createRegistrationSchema(route: TObject) {
  return Type.Object(
    {
      ...fields,
      routes: Type.Optional(
        Type.Array(route, {
          minItems: 1,
          maxItems: 100,
          wanted: "a list of 1 to 100 routes",
          description:
            "Where the service answers. Default: the routes it has already, else one at its name without `_service`, with `-` for `_`.",
        }),
      ),
    },
    { additionalProperties: false, wanted: "a JSON object" },
  );
}

export const registrationSchema = createRegistrationSchema(routeSchema);

/** A registration with all defaults filled in. */
export type Registration = Omit<Static<typeof registrationSchema>, "routes"> & {
  readonly routes?: readonly RouteOptions[];
};

/** What a service has to send: everything with a default may be left out. */
export type RegistrationRequest = Pick<Registration, "service_name" | "port"> & Partial<Registration>;

/** The answer to a registration: 201, or 200 with the same id when the instance was there already. */
export interface RegistrationAnswer {
  readonly service_name: string;
  readonly instance_id: string;
  readonly status: InstanceStatus;
  /** Bearer token for renewing, draining and removing this instance. */
  readonly lease_token: string;
  /** The instance is removed when it does not renew its lease for so long. */
  readonly lease_seconds: number;
  /** How often to renew. */
  readonly heartbeat_seconds: number;
  readonly routes: readonly RouteOptions[];
}

/** The answer to a heartbeat. */
export type HeartbeatAnswer = Omit<RegistrationAnswer, "lease_token" | "routes">;

/** One look at an instance's health. */
export interface CheckResult {
  /** ISO 8601, UTC. */
  readonly at: string;
  readonly ok: boolean;
  /** Why it was good or bad, such as `answered 503` or `connection refused`. */
  readonly reason: string;
  readonly took_ms: number;
}

/** An instance as an operator sees it. */
export interface InstanceView {
  readonly instance_id: string;
  readonly host: string;
  readonly port: number;
  readonly status: InstanceStatus;
  /** When it was last checked, ISO 8601, UTC; null before the first check and for instances of the settings. */
  readonly last_check: string | null;
  /** The last ten checks, the newest first. */
  readonly checks: readonly CheckResult[];
  readonly metadata: Readonly<Record<string, unknown>>;
  /** Null for instances of the settings. */
  readonly registered_at: string | null;
  readonly version?: string;
  readonly weight: number;
  /** Requests that it has now from all gateways on the store; of the others as they were a second ago. */
  readonly in_flight: number;
  /** Until when this gateway sends it nothing because too many requests failed in a row. */
  readonly ejected_until?: string;
  readonly ejected_because?: string;
}

export interface ServiceView {
  readonly service_name: string;
  readonly routes: readonly RouteOptions[];
  readonly instances: readonly InstanceView[];
}
