import { describe, expect, test } from "bun:test";
import { settingsFrom } from "../config/settings-from.ts";

test("slow start and ejection are on unless said otherwise", () => {
  const { settings, problems } = settingsFrom({});
  expect(problems).toEqual([]);
  expect(settings).toMatchObject({
    slowStartMs: 30_000,
    ejection: { failures: 5, baseMs: 30_000, maxMs: 300_000 },
  });
});

test("0 switches each of them off", () => {
  const { settings, problems } = settingsFrom({ environment: { SLOW_START_SECONDS: "0", EJECTION_FAILURES: "0" } });
  expect(problems).toEqual([]);
  expect(settings).toMatchObject({ slowStartMs: 0, ejection: { failures: 0 } });
});

test("an instance gets 10,000 requests at once, and 100 wait for 50 ms, unless said otherwise", () => {
  const { settings } = settingsFrom({});
  expect(settings.crowd).toEqual({
    perInstance: 10_000,
    perService: Number.POSITIVE_INFINITY,
    line: { length: 100, waitMs: 50 },
  });
});

test("0 takes the bounds away", () => {
  const environment = { MAX_REQUESTS_PER_INSTANCE: "0", MAX_REQUESTS_PER_SERVICE: "0", QUEUE_LENGTH: "0" };
  expect(settingsFrom({ environment }).settings.crowd).toMatchObject({
    perInstance: Number.POSITIVE_INFINITY,
    perService: Number.POSITIVE_INFINITY,
    line: { length: 0 },
  });
});

test.each([
  ["SLOW_START_SECONDS", "-1"],
  ["SLOW_START_SECONDS", "3601"],
  ["EJECTION_FAILURES", "1.5"],
  ["EJECTION_FAILURES", "1001"],
  ["EJECTION_SECONDS", "0"],
  ["EJECTION_MAX_SECONDS", "86401"],
  ["MAX_REQUESTS_PER_INSTANCE", "-1"],
  ["MAX_REQUESTS_PER_SERVICE", "1000001"],
  ["QUEUE_LENGTH", "1.5"],
  ["QUEUE_MS", "0"],
])("%s=%s is refused", (name, value) => {
  const { problems } = settingsFrom({ environment: { [name]: value } });
  expect(problems).toEqual([expect.stringContaining(name.toLowerCase())]);
});

describe("a route's retries", () => {
  const routeWith = (said: string) =>
    settingsFrom({ file: { yaml: `routes: [{service: a_service, path_prefix: /a, ${said}}]` } });

  test("may be none", () => {
    const { settings, problems } = routeWith("retries: 0, retry_unsafe: true");
    expect(problems).toEqual([]);
    expect(settings.routes[0]).toMatchObject({ retries: 0, retry_unsafe: true });
  });

  test.each(["retries: 11", "retries: -1", "retries: true", "retry_unsafe: 1"])("may not be %s", (said) => {
    expect(routeWith(said).problems).toEqual([expect.stringContaining("routes[0].retr")]);
  });
});

describe("a route's balance", () => {
  const routeWith = (balance: string) =>
    settingsFrom({ file: { yaml: `routes: [{service: a_service, path_prefix: /a, balance: ${balance}}]` } });

  test.each([
    ["{}", { policy: "least_loaded", hash_on: "client_address" }],
    ["{policy: weighted}", { policy: "weighted", hash_on: "client_address" }],
    ["{policy: consistent_hash, hash_on: 'header:X-A'}", { policy: "consistent_hash", hash_on: "header:X-A" }],
  ] as const)("may be %s", (balance, wanted) => {
    const { settings, problems } = routeWith(balance);
    expect(problems).toEqual([]);
    expect(settings.routes[0]?.balance).toEqual(wanted);
  });

  test.each(["{policy: random}", "{hash_on: sid}", "{hash_on: 'header:'}", "{hash: 1}", "weighted"])(
    "may not be %s",
    (balance) => {
      expect(routeWith(balance).problems).toEqual([expect.stringContaining("routes[0].balance")]);
    },
  );
});
