import { describe, expect, test } from "bun:test";
import { findMistakes } from "@isaas/gateway-sdk/validation";
import { privateNetworks } from "../../../plugins/registry/address-rules.ts";
import { registryOptions } from "../../../plugins/registry/options.ts";

const pathsOf = (options: object) => findMistakes(registryOptions, options).mistakes.map(({ path }) => path);

test("nothing has to be said: no key, private networks, leases of 30 s, checks of 2 s, 1 up, 3 down", () => {
  expect(findMistakes(registryOptions, {})).toEqual({
    mistakes: [],
    filled: {
      registration_allow: [...privateNetworks],
      lease_seconds: 30,
      check_timeout_seconds: 2,
      check_healthy_threshold: 1,
      check_unhealthy_threshold: 3,
    },
  });
});

describe("the registration key", () => {
  test.each(["k".repeat(32), "k".repeat(4096), "!~".repeat(16)])("may be %s", (registration_key) => {
    expect(pathsOf({ registration_key })).toEqual([]);
  });

  test.each([
    "",
    "k".repeat(31),
    `${"k".repeat(40)} `,
    "k k".repeat(20),
    "ä".repeat(32),
    `${"k".repeat(40)}\n`,
    7,
    null,
  ])("may not be %j, and no message shows it", (registration_key) => {
    const { mistakes } = findMistakes(registryOptions, { registration_key });
    expect(mistakes.map(({ path, wanted, schema }) => [path, wanted, schema?.secret])).toEqual([
      ["registration_key", "at least 32 bytes of visible ASCII, without spaces", true],
    ]);
  });
});

test("a rule that is none is named by its place", () => {
  expect(pathsOf({ registration_allow: ["10/8", "10.0.0.0/33", "*.internal", "[::1]"] })).toEqual([
    "registration_allow[1]",
    "registration_allow[3]",
  ]);
  expect(pathsOf({ registration_allow: [] })).toEqual([]);
  expect(pathsOf({ registration_allow: "10/8" })).toEqual(["registration_allow"]);
});

describe("a number has its bounds", () => {
  test.each<[string, readonly number[], readonly unknown[]]>([
    ["lease_seconds", [3, 30, 3600], [2, 3601, 3.5, "30", 0, -1]],
    ["check_timeout_seconds", [0.001, 60], [0, 60.1, -1, "2"]],
    ["check_healthy_threshold", [1, 100], [0, 101, 1.5]],
    ["check_unhealthy_threshold", [1, 100], [0, 101, 1.5]],
  ])("%s", (name, good, bad) => {
    for (const value of good) expect(pathsOf({ [name]: value })).toEqual([]);
    for (const value of bad) expect(pathsOf({ [name]: value })).toEqual([name]);
  });
});
