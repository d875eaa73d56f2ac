import { expect, test } from "bun:test";
import { createSettingsSchema } from "../../src/config/compose-schema.ts";
import { corePlugins } from "../../src/core-plugins.ts";
import { settingsFrom } from "./settings-from.ts";

test("the settings are frozen all the way down", () => {
  const { settings } = settingsFrom({
    file: { yaml: "routes: [{service: a_service, path_prefix: /a, methods: [GET]}]\ncors_origins: ['*']" },
    environment: { A_SERVICE_URL: "http://a:1", TRUSTED_PROXIES: "10.0.0.0/8" },
  });
  const loose: string[] = [];
  const visit = (value: unknown, path: string): void => {
    if (typeof value !== "object" || value === null) return;
    if (!Object.isFrozen(value)) loose.push(path);
    for (const [key, part] of Object.entries(value)) visit(part, `${path}.${key}`);
  };
  visit(settings, "settings");
  expect(loose).toEqual([]);
  expect(() => Object.assign(settings.routes[0] ?? {}, { auth_required: false })).toThrow(TypeError);
});

test("reading settings leaves the schema and its defaults as they were", () => {
  const before = JSON.stringify(createSettingsSchema(corePlugins));
  settingsFrom({ file: { yaml: "port: x" }, environment: { CORS_METHODS: "GET" } });
  const { properties } = createSettingsSchema(corePlugins);
  expect(JSON.stringify(createSettingsSchema(corePlugins))).toBe(before);
  expect(Object.isFrozen(Reflect.get(properties["cors_methods"] ?? {}, "default"))).toBe(false);
});
