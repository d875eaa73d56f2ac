import { createRegistrationSchema, instanceStatuses } from "@isaas/gateway-sdk/registration";
import type { TObject } from "typebox";

/** What the OpenAPI document says of the registry: its bodies are checked by schemas that Elysia does not know. */

const text = { type: "string" } as const;
const integer = { type: "integer" } as const;
const time = { type: ["string", "null"], description: "ISO 8601, UTC" } as const;
const status = { type: "string", enum: [...instanceStatuses] } as const;

const check = object({ at: text, ok: { type: "boolean" }, reason: text, took_ms: { type: "number" } });

const instance = object(
  {
    instance_id: text,
    host: text,
    port: integer,
    status,
    last_check: time,
    checks: { type: "array", items: check, description: "The last ten, the newest first" },
    metadata: { type: "object" },
    registered_at: time,
    weight: integer,
    in_flight: { ...integer, description: "Requests it has now" },
  },
  { version: text, ejected_until: text, ejected_because: text },
);

const lease = {
  service_name: text,
  instance_id: text,
  status,
  lease_seconds: { ...integer, description: "Without a heartbeat for so long, the instance is removed" },
  heartbeat_seconds: { ...integer, description: "How often to renew" },
};

const routes = { type: "array", items: { type: "object" } } as const;
const service = object({ service_name: text, routes, instances: { type: "array", items: instance } });

export const security: Record<string, string[]>[] = [{ bearer: [] }];

export const bodies = {
  heartbeat: {
    description:
      "With the lease token, the registration key or an admin's token. 404: the instance is unknown, register again.",
    responses: answers({ 200: ["The lease is renewed", object(lease)] }),
  },
  patch: {
    description:
      "`draining`: no new requests, those in flight finish. `starting`: back into service after a good check. With the lease token, the registration key or an admin's token.",
    requestBody: json(object({ status: { type: "string", enum: ["draining", "starting"] } })),
    responses: answers({ 200: ["The instance as it is now", instance] }),
  },
  remove: {
    description: "With the lease token, the registration key or an admin's token.",
    responses: answers({ 204: ["It is gone"] }),
  },
  list: { responses: answers({ 200: ["The services", object({ services: { type: "array", items: service } })] }) },
  one: { responses: answers({ 200: ["The service", service] }) },
};

export function registrationBody(routeSchema: TObject) {
  const answer = object({ ...lease, lease_token: text, routes });
  return {
    description:
      "With the registration key, or a token that may. Registering again is harmless: the same service, host and port have the same id. The instance gets requests after its first good check. 409: a prefix belongs to somebody else, or the routes are not those of the service's other instances.",
    requestBody: json(plain(createRegistrationSchema(routeSchema))),
    responses: answers({ 201: ["Registered", answer], 200: ["It was registered already", answer] }),
  };
}

function object(required: Readonly<Record<string, unknown>>, optional: Readonly<Record<string, unknown>> = {}) {
  return { type: "object", required: Object.keys(required), properties: { ...required, ...optional } } as const;
}

function json(schema: unknown) {
  return { required: true, content: { "application/json": { schema } } } as never;
}

function answers(byStatus: Readonly<Record<number, readonly [description: string, schema?: unknown]>>) {
  const entries = Object.entries(byStatus).map(([code, [description, schema]]) => [
    code,
    schema === undefined ? { description } : { description, content: { "application/json": { schema } } },
  ]);
  return Object.fromEntries(entries) as never;
}

/** Without the keywords that are ours or the validator's, which are no JSON Schema. What has a default may be left out. */
function plain(schema: unknown): unknown {
  return JSON.parse(
    JSON.stringify(schema, (key, value: unknown) => {
      if (["wanted", "wantedKeys", "section", "secret", "operatorOnly"].includes(key)) return undefined;
      const { properties, required } = Object(value) as { properties?: Record<string, object>; required?: unknown };
      if (properties === undefined || !Array.isArray(required)) return value;
      return { ...Object(value), required: required.filter((name) => !("default" in (properties[name] ?? {}))) };
    }),
  );
}
