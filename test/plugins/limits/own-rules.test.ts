import { expect, test } from "bun:test";
import { OwnRules } from "../../../plugins/limits/own-rules.ts";
import type { Rule } from "../../../plugins/limits/rule.ts";

const rule = (owner: string | undefined, burst = 1): Rule => ({
  name: "few",
  ratePerSecond: 1,
  burst,
  per: ["caller"],
  scopes: undefined,
  unlessScopes: [],
  services: undefined,
  owner,
  policy: "",
});

test("of rules on routes the last of each service and name is told, while the service is there", () => {
  const live = new Set(["a", "b"]);
  const rules = new OwnRules((service) => live.has(service));
  rules.add([rule("a"), rule("b"), rule(undefined)]);
  rules.add([rule("a", 2)]);
  expect(rules.live.map(({ owner, burst }) => [owner, burst])).toEqual([
    ["a", 2],
    ["b", 1],
  ]);
  live.delete("a");
  expect(rules.live.map(({ owner }) => owner)).toEqual(["b"]);
});

test("services that have gone do not add up", () => {
  let asked = 0;
  const rules = new OwnRules(() => {
    asked += 1;
    return false;
  });
  for (let index = 0; index < 1000; index += 1) rules.add([rule(`service_${index}`)]);
  expect(asked).toBeGreaterThanOrEqual(900);
  expect(rules.live).toEqual([]);
});
