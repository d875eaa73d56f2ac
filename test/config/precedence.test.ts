import { expect, test } from "bun:test";
import { settingsFrom } from "./settings-from.ts";

test("without any source every setting stands at its default", () => {
  const { settings, problems } = settingsFrom({});
  expect(problems).toEqual([]);
  expect(settings).toMatchObject({
    host: "0.0.0.0",
    port: 8000,
    apiPrefix: "/api/v1",
    debug: false,
    drainMs: 30_000,
    maxBodyBytes: 10 * 1024 * 1024,
    logLevel: "info",
    logFormat: undefined,
    services: [],
    routes: [],
  });
  expect(settings.trustedProxies.size).toBe(0);
  expect(settings.plugins["cors"]).toEqual({
    cors_origins: [],
    cors_methods: ["GET", "POST", "PUT", "PATCH", "DELETE"],
    cors_headers: ["Authorization", "Content-Type", "X-Request-ID", "Idempotency-Key", "X-API-Key"],
  });
});

test("a file wins over defaults, the environment over the file, a flag over all", () => {
  const file = { yaml: "host: file.example\nport: 1001\ndrain_seconds: 1.5" };
  const environment = { PORT: "1002", HOST: "environment.example" };
  const { settings, problems } = settingsFrom({ file, environment, flags: { port: "1003" } });
  expect(problems).toEqual([]);
  expect(settings).toMatchObject({ drainMs: 1500, host: "environment.example", port: 1003, debug: false });
});

test("a list of a later source replaces the earlier one and does not add to it", () => {
  const { settings } = settingsFrom({
    file: { yaml: "cors_methods: [GET, POST]" },
    environment: { CORS_METHODS: "PUT" },
  });
  expect(settings.plugins["cors"]).toMatchObject({ cors_methods: ["PUT"] });
});

test("instances of the environment replace those of the file", () => {
  const { settings } = settingsFrom({
    file: { yaml: "context_service_url: http://file:1\nintent_service_url: http://file:2" },
    environment: { CONTEXT_SERVICE_URL: "http://environment:1" },
  });
  expect(settings.services).toEqual([
    { name: "context_service", segment: "context", urls: ["http://environment:1"], names: [] },
    { name: "intent_service", segment: "intent", urls: ["http://file:2"], names: [] },
  ]);
});

test("a wrong value is a problem also where a later source covers it", () => {
  const { problems } = settingsFrom({
    file: { yaml: "port: '80'\ncontext_service_url: nowhere" },
    environment: { PORT: "eighty", CONTEXT_SERVICE_URL: "http://context:1" },
    flags: { port: "80" },
  });
  expect(problems).toEqual([
    "context_service_url: wanted a URL such as http://host:8001 or dns://name:8001, got a text that does not begin with http://, https:// or dns:// (gateway.yaml:2)",
    'port: wanted an integer from 0 to 65535, got "80" (gateway.yaml:1)',
    'port: wanted an integer from 0 to 65535, got "eighty" (PORT)',
  ]);
});

test("a wrong value leaves the rest of the settings to be looked at", () => {
  const { settings, problems } = settingsFrom({ file: { yaml: "port: x\nhost: 127.0.0.1" } });
  expect(problems).toHaveLength(1);
  expect(settings).toMatchObject({ host: "127.0.0.1", port: 8000 });
});

test("DEBUG makes debug the log level, unless LOG_LEVEL names one", () => {
  expect(settingsFrom({ environment: { DEBUG: "true" } }).settings.logLevel).toBe("debug");
  expect(settingsFrom({ environment: { DEBUG: "true", LOG_LEVEL: "warn" } }).settings.logLevel).toBe("warn");
});
