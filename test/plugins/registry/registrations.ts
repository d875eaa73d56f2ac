import { expect } from "bun:test";
import { routeSchema } from "@isaas/gateway-sdk/contract";
import type { Problem } from "@isaas/gateway-sdk/errors";
import { createRegistrationParser } from "../../../plugins/registry/parse-registration.ts";
import { thrownBy } from "./thrown.ts";

export const parse = createRegistrationParser({
  routeSchema,
  checkRoute: () => [],
  apiPrefix: "/api/v1",
  leaseSeconds: 30,
});
export const good = { service_name: "billing_service", host: "10.0.0.1", port: 9000 };
export const route = { path_prefix: "/api/v1/billing" };
/** Stands in wrong values: no error may show it. */
export const marker = "hunter2";

/** What is wrong with a body. Nothing of the error may show the marker. */
export async function problemsOf(body: unknown): Promise<readonly Problem[]> {
  const error = await thrownBy(() => parse(body, "127.0.0.1"));
  expect([error.code, error.status, error.cause]).toEqual(["INVALID_REQUEST", 400, undefined]);
  expect(JSON.stringify([error, error.message, error.stack, error.details, error.headers])).not.toContain(marker);
  return error.details["problems"] as readonly Problem[];
}
