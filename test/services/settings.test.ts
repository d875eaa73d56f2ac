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

test.each([
  ["SLOW_START_SECONDS", "-1"],
  ["SLOW_START_SECONDS", "3601"],
  ["EJECTION_FAILURES", "1.5"],
  ["EJECTION_FAILURES", "1001"],
  ["EJECTION_SECONDS", "0"],
  ["EJECTION_MAX_SECONDS", "86401"],
])("%s=%s is refused", (name, value) => {
  const { problems } = settingsFrom({ environment: { [name]: value } });
  expect(problems).toEqual([expect.stringContaining(name.toLowerCase())]);
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
