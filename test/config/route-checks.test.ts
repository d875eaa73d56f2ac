import { expect, test } from "bun:test";
import { definePlugin } from "@isaas/gateway-sdk/plugin";
import { Type } from "typebox";
import { corePlugins } from "../../src/core-plugins.ts";
import { settingsFrom } from "./settings-from.ts";

const lamp = definePlugin({
  name: "lamp",
  stage: "edge",
  options: Type.Object({ lamp_colours: Type.Array(Type.String(), { default: ["red"] }) }),
  routeOptions: Type.Object({ colour: Type.Optional(Type.String()) }),
  checkRoute: ({ colour }, { lamp_colours: known }, { service }) =>
    colour === undefined || known.includes(colour)
      ? []
      : [{ path: "colour", wanted: `a colour that ${service} has`, got: "another" }],
  setup: () => ({}),
});

function problemsOf(yaml: string): string[] {
  const { problems } = settingsFrom({ file: { yaml }, plugins: [...corePlugins, lamp] });
  return problems.map((problem) => problem.replace(/: wanted (.*), got .* \(/, ": $1 ("));
}

test("what a route says to a plugin is checked by the plugin, with its line", () => {
  const yaml = `routes:
  - { service: a_service, path_prefix: /a, lamp: { colour: red } }
  - service: b_service
    path_prefix: /b
    lamp:
      colour: blue
`;
  expect(problemsOf(yaml)).toEqual(["routes[1].lamp.colour: a colour that b_service has (gateway.yaml:6)"]);
});

test("also beside routes that are wrong in themselves, of which nothing else is said", () => {
  const yaml = `routes:
  - { service: a_service, path_prefix: /a, timeout: -1, lamp: { colour: blue } }
  - { service: b_service, path_prefix: /b, lamp: { colour: blue } }
  - 7
`;
  expect(problemsOf(yaml)).toEqual([
    "routes[0].timeout: a number above 0, at most 3600 (gateway.yaml:2)",
    expect.stringContaining("routes[2]: "),
    "routes[1].lamp.colour: a colour that b_service has (gateway.yaml:3)",
  ]);
});

test("a name is not called unknown while the list in which it would stand is wrong itself", () => {
  const yaml = `limits:
  - { name: gold, per_second: -1, burst: 1 }
routes:
  - { service: a_service, path_prefix: /a, limits: { rules: [gold] } }
  - { service: a_service, path_prefix: /b, breakers: { fallback: { service: a_service } } }
`;
  expect(problemsOf(yaml)).toEqual([
    "limits[0].per_second: a number from 0.001 to 1000000 (gateway.yaml:2)",
    "routes[1].breakers.fallback.service: another service than the route's own (gateway.yaml:5)",
  ]);
});

test("limits, circuits and fallbacks that do not fit are all told at once, each with its line", () => {
  const yaml = `limits:
  - { name: a, per_second: 1, burst: 1 }
  - { name: a, per_second: 1, burst: 1 }
  - { name: a, per_second: 2, burst: 1 }
circuits:
  Bad Name: { failures: 3 }
  x_service: { failures: 0 }
routes:
  - { service: a_service, path_prefix: /a, limits: { rules: [a, caller, nope] } }
  - { service: c_service, path_prefix: /c, breakers: { fallback: { service: c_service } } }
  - { service: d_service, path_prefix: /d, breakers: { fallback: { status: 99, headers: { date: x } } } }
`;
  expect(problemsOf(yaml).toSorted()).toEqual([
    "circuits.x_service.failures: an integer from 1 to 1000000 (gateway.yaml:7)",
    'circuits["Bad Name"]: a service name such as billing_service (gateway.yaml:6)',
    "limits[1].name: each name once (gateway.yaml:3)",
    "limits[2].name: each name once (gateway.yaml:4)",
    "routes[0].limits.rules[2]: the name of one of the settings' limits (gateway.yaml:9)",
    "routes[1].breakers.fallback.service: another service than the route's own (gateway.yaml:10)",
    expect.stringContaining("routes[2].breakers.fallback.headers.date: "),
    "routes[2].breakers.fallback.status: an integer from 200 to 599 (gateway.yaml:11)",
  ]);
});
