import { beforeEach, describe, expect, test } from "bun:test";
import { createClaimCheck } from "../../../plugins/registry/stored-claims.ts";
import { settingsSource } from "../../../src/routing/directory.ts";
import { createDirectory, type DirectoryParts, toPlan } from "../../support/directory.ts";
import { apiPrefix, toRecord, toRoute } from "./parts.ts";

let parts: DirectoryParts;
beforeEach(() => {
  parts = createDirectory();
});

const core = { methods: ["GET", "POST"] };

/** Whether a record of this service counts with these routes. */
function counts(service_name: string, ...routes: ReturnType<typeof toRoute>[]): boolean {
  return createClaimCheck(apiPrefix, parts.servicesOf("registry"))(toRecord({ service_name, routes }));
}

test("a record counts when its routes could have been registered", () => {
  expect(counts("billing_service", toRoute("/api/v1/billing"), toRoute("/api/v1/bills"))).toBe(true);
  expect(counts("context_service", toRoute("/api/v1/context", core))).toBe(true);
});

describe("a record that somebody wrote past the gateway does not count", () => {
  test.each(["/api/v1/services", "/api/v1/services/billing_service/instances", "/api/v1/auth/token"])(
    "at %s, whatever its service is called",
    (prefix) => {
      for (const service of ["billing_service", "gateway"]) expect(counts(service, toRoute(prefix))).toBe(false);
      expect(counts("billing_service", toRoute("/api/v1/billing"), toRoute(prefix))).toBe(false);
    },
  );

  test("outside the API prefix, or at the prefix of a core service that is not its own", () => {
    for (const prefix of ["/billing", "/api/v1", "/health", "/api/v1/context", "/api/v1/predict/x"]) {
      expect(counts("billing_service", toRoute(prefix))).toBe(false);
    }
  });

  test("with less protection than the core table gives, or one method twice", () => {
    expect(counts("context_service", toRoute("/api/v1/context", { ...core, auth_required: false }))).toBe(false);
    expect(counts("context_service", toRoute("/api/v1/context", { methods: ["GET", "DELETE"] }))).toBe(false);
    expect(counts("billing_service", toRoute("/api/v1/a"), toRoute("/api/v1/a", { methods: ["GET"] }))).toBe(false);
  });
});

test("of a service of the settings any record counts: its routes are those of the settings", () => {
  parts.directory.publish(settingsSource, "billing_service", [toPlan("billing_service", "/shop")], []);
  expect(counts("billing_service", toRoute("/shop"))).toBe(true);
  expect(counts("stock_service", toRoute("/shop"))).toBe(false);
});
