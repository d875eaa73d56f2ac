import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { systemClock } from "../../src/clock.ts";
import type { Settings } from "../../src/config/settings.ts";
import { furnishDirectory } from "../../src/routing/furnish-directory.ts";
import { planRoutes } from "../../src/routing/plan.ts";
import { toWire } from "../../src/routing/wire.ts";
import type { NameWatch } from "../../src/services/dns/watch-names.ts";
import { createResolver } from "../../src/services/dns/resolver.ts";
import { createDirectory, type DirectoryParts } from "../support/directory.ts";
import { readSettings, routeSetting } from "../support/in-process.ts";
import { listeningLog } from "../store/listening-log.ts";

let parts: DirectoryParts;
let watches: NameWatch[];
beforeEach(() => {
  parts = createDirectory();
  watches = [];
});
afterEach(() => {
  for (const watch of watches) watch.close();
});

function furnish(settings: Settings): void {
  const { routes, problems } = planRoutes(settings, []);
  expect(problems).toEqual([]);
  const resolver = createResolver({ servers: [] });
  watches = furnishDirectory(parts.directory, settings, routes, { resolver, clock: systemClock, log: listeningLog() });
}

const fixed = () =>
  parts.directory.fixed(toWire).map(({ name, routes, instances }) => ({
    name,
    prefixes: routes.map(({ path_prefix }) => path_prefix),
    ids: instances.map(({ id }) => id),
  }));

describe("the services of the settings", () => {
  test("are there with their routes and instances, and are fixed", () => {
    furnish(readSettings({ environment: { BILLING_SERVICE_URL: "http://127.0.0.1:9,http://127.0.0.2:9/base" } }));
    expect(fixed()).toEqual([
      {
        name: "billing_service",
        prefixes: ["/api/v1/billing"],
        ids: ["http://127.0.0.1:9", "http://127.0.0.2:9/base"],
      },
    ]);
    expect(parts.ownerOf("/api/v1/billing/x")).toBe("billing_service");
    expect(watches).toEqual([]);
  });

  test("are also those that only routes name, without anybody to serve them yet", () => {
    const routes = ["/one", "/two"].map((path_prefix) => routeSetting({ service: "later_service", path_prefix }));
    furnish(readSettings({ routes }));
    expect(fixed()).toEqual([{ name: "later_service", prefixes: ["/one", "/two"], ids: [] }]);
  });

  test("are none where the settings name none", () => {
    furnish(readSettings({}));
    expect([fixed(), parts.directory.routes]).toEqual([[], []]);
  });
});

test("names of DNS are followed from the start of their watch on, beside fixed URLs", async () => {
  furnish(readSettings({ environment: { BILLING_SERVICE_URL: "http://127.0.0.9:9,dns://localhost:9" } }));
  expect(fixed()[0]?.ids).toEqual(["http://127.0.0.9:9"]);
  expect(watches).toHaveLength(1);
  await watches[0]?.start();
  const ids = fixed()[0]?.ids ?? [];
  expect(ids.length).toBeGreaterThan(1);
  expect(ids[0]).toBe("http://127.0.0.9:9");
  expect(parts.ownerOf("/api/v1/billing")).toBe("billing_service");
});
