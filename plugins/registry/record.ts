import { createRegistrationSchema, instanceId, instancePath, type Registration } from "@isaas/gateway-sdk/registration";
import type { WireRoute } from "@isaas/gateway-sdk/services";
import { type TObject, Type } from "typebox";
import { Compile } from "typebox/compile";
import { Default } from "typebox/value";

/** As JSON. */
export const mostMetadataBytes = 8 * 1024;

/** An instance as the store keeps it. */
export interface InstanceRecord extends Omit<Registration, "routes" | "openapi"> {
  readonly instance_id: string;
  readonly host: string;
  /** The path of its OpenAPI document. One that was sent is kept apart. */
  readonly openapi?: string;
  readonly routes: readonly WireRoute[];
  readonly lease_seconds: number;
  readonly draining: boolean;
  readonly registered_at: string;
  /** SHA-256 of the lease tokens that are valid, the newest first. */
  readonly token_hashes: readonly string[];
}

/** The key of an instance in every table of the registry. */
export function keyOf(service: string, id: string): string {
  return `${service}/${id}`;
}

export function serviceOf(key: string): string {
  return key.slice(0, key.indexOf("/"));
}

/** Reads records back. What the store holds may be anybody's: only what fits the schema counts. */
export function createRecordParser(routeSchema: TObject): (text: string) => InstanceRecord | undefined {
  const { openapi: _openapi, ...registration } = createRegistrationSchema(routeSchema).properties;
  const shape = Type.Object(
    {
      ...registration,
      openapi: Type.Optional(Type.String({ pattern: instancePath, maxLength: 512 })),
      instance_id: instanceId,
      host: Type.Required(Type.Object({ host: registration.host })).properties.host,
      routes: Type.Array(routeSchema, { minItems: 1 }),
      lease_seconds: Type.Integer({ minimum: 1, maximum: 3600 }),
      draining: Type.Boolean(),
      registered_at: Type.String({ maxLength: 40 }),
      token_hashes: Type.Array(Type.String({ pattern: "^[0-9a-f]{64}$" }), { minItems: 1, maxItems: 8 }),
    },
    { additionalProperties: false },
  );
  const schema = Compile(shape);
  return function parseRecord(text) {
    try {
      // A gateway of an earlier version wrote less.
      const value: unknown = Default(shape, JSON.parse(text));
      if (!schema.Check(value)) return undefined;
      const record = value as unknown as InstanceRecord;
      return Buffer.byteLength(JSON.stringify(record.metadata)) <= mostMetadataBytes ? record : undefined;
    } catch {
      // No JSON, or nested so deep that nobody can walk it.
      return undefined;
    }
  };
}
