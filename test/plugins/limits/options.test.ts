import { expect, test } from "bun:test";
import { composeInProcess, routeSetting } from "../../support/in-process.ts";
import { settingsFrom } from "../../config/settings-from.ts";

const rule = { name: "one", per_second: 1, burst: 1 };

function problemsOf(file: object): string[] {
  return settingsFrom({ file: { json: JSON.stringify(file) } }).problems.map((line) => line.split(":", 1)[0] ?? "");
}

test("rules with wrong parts are refused, each by its place", () => {
  expect(problemsOf({ limits: [rule] })).toEqual([]);
  expect(problemsOf({ limits: [{ ...rule, per_second: 0 }] })).toEqual(["limits[0].per_second"]);
  expect(problemsOf({ limits: [{ ...rule, burst: 0.5 }] })).toEqual(["limits[0].burst"]);
  expect(problemsOf({ limits: [{ ...rule, per: ["moon"] }] })).toEqual(["limits[0].per[0]"]);
  expect(problemsOf({ limits: [{ ...rule, prr: [] }] })).toEqual(["limits[0].prr"]);
  expect(problemsOf({ limits: [rule, rule] })).toEqual(["limits[1].name"]);
  expect(problemsOf({ rate_limit_burst: 0 })).toEqual(["rate_limit_burst"]);
  expect(problemsOf({ rate_limit_per_second: 1_000_001 })).toEqual(["rate_limit_per_second"]);
  expect(problemsOf({ rate_limit_mode: "loose" })).toEqual(["rate_limit_mode"]);
});

test("a route that names a rule nobody made stops the start", async () => {
  const limits = { rules: ["nobody"], cost: 1, shadow: false, when_store_fails: "local" };
  const routes = [routeSetting({ service: "a_service", path_prefix: "/a", plugins: { limits } })];
  const start = composeInProcess({ environment: { A_SERVICE_URL: "http://127.0.0.1:1" }, routes });
  await expect(start).rejects.toThrow("/a: limits.rules: wanted names of `limits`, got another");
});
