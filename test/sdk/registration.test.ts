import { describe, expect, test } from "bun:test";
import {
  createRegistrationSchema,
  instancePath,
  isDescription,
  registrationSchema,
} from "@isaas/gateway-sdk/registration";
import { findMistakes } from "@isaas/gateway-sdk/validation";
import { Type } from "typebox";
import { Check } from "typebox/value";

const good = { service_name: "billing_service", port: 1 };
const pathsOf = (body: object) =>
  findMistakes(registrationSchema, { ...good, ...body }).mistakes.map(({ path }) => path);

test("a name and a port are a registration; everything else has a default or may be left out", () => {
  expect(findMistakes(registrationSchema, good)).toEqual({
    mistakes: [],
    filled: { ...good, check_endpoint: "/health", check_interval: 30, metadata: {}, weight: 1 },
  });
});

describe("a host", () => {
  test.each([
    "localhost",
    "a",
    "A.b-c.D_e.example",
    "10.0.0.1",
    "255.255.255.255",
    "0.0.0.0",
    "::1",
    "fd12::1",
    "1a",
    "a1.",
    "1.2.3.a",
    "x0x7f",
  ])("may be %s", (host) => {
    expect(pathsOf({ host })).toEqual([]);
  });

  test.each([
    "127.1",
    "0x7f.1",
    "0x7f000001",
    "0X7F.0.0.1",
    "2130706433",
    "0177.0.0.1",
    "10.0.0.01",
    "00.0.0.1",
    "1.2.3.256",
    "1.2.3",
    "1.2.3.4.",
    "a.1",
    "a.0x7f",
  ])("may not be %s: another way to write an address, or one that is none", (host) => {
    expect(pathsOf({ host })).toEqual(["host"]);
  });

  test.each([
    "",
    " a",
    "a b",
    "a\n",
    "a/b",
    "host:80",
    "http://a",
    "u@a",
    "[::1]",
    "::1%lo",
    "-a",
    "a-",
    "a..b",
    ".a",
    ".",
    "*.a",
    "ä",
    "a?b",
    "a#b",
    "a\\b",
    "a".repeat(64),
    `${"a.".repeat(127)}a`,
  ])("may not be %j", (host) => {
    expect(pathsOf({ host })).toEqual(["host"]);
  });
});

describe("a path on an instance", () => {
  const fits = (path: string) => new RegExp(instancePath).test(path);

  test.each(["/", "/health", "/a/b?c=d&e=%2f", "/a//b", "/~a!$&'()*+,;=:@", "/a[1]", "/..", "/a|b"])(
    "may be %s",
    (path) => {
      expect(fits(path)).toBe(true);
    },
  );

  test.each([
    "",
    "a",
    "//a",
    "//",
    "/\\a",
    "/a\\b",
    "/a#b",
    "/a b",
    "/a\n",
    "/a\r\nb",
    "/a\tb",
    "/ä",
    "/\0",
    "http://a",
    "\\\\a",
    "@a",
    "?a",
  ])("may not be %j", (path) => {
    expect(fits(path)).toBe(false);
  });

  test("names no other host, however it is read", () => {
    for (const path of ["/", "/a@evil.example", "/:80", "/a/../../b", "/?u=http://evil.example/"]) {
      expect(fits(path)).toBe(true);
      expect(new URL(`http://127.0.0.1:9${path}`).host).toBe("127.0.0.1:9");
    }
  });
});

test("a description is an OpenAPI document or a path to one", () => {
  for (const value of ["/openapi.json", { openapi: "3.1.0", paths: {} }]) expect(isDescription(value)).toBe(true);
  const none = [
    "",
    "//a",
    "openapi.json",
    `/${"a".repeat(512)}`,
    {},
    { openapi: "3" },
    { paths: {} },
    null,
    7,
    [],
    true,
  ];
  for (const value of none) expect(isDescription(value)).toBe(false);
});

describe("the routes of a registration", () => {
  const stamped = createRegistrationSchema(
    Type.Object({ path_prefix: Type.String(), stamp: Type.Optional(Type.Object({ ink: Type.String() })) }),
  );

  test("are those of the gateway and its plugins", () => {
    const route = { path_prefix: "/a", stamp: { ink: "red" } };
    expect(Check(stamped, { ...(findMistakes(stamped, good).filled as object), routes: [route] })).toBe(true);
    expect(findMistakes(stamped, { ...good, routes: [{ ...route, stamp: { ink: 1 } }] }).mistakes[0]?.path).toBe(
      "routes[0].stamp.ink",
    );
  });

  test("are 1 to 100 where there are any", () => {
    const routes = (length: number) => Array.from({ length }, () => ({ path_prefix: "/a" }));
    expect([pathsOf({ routes: [] }), pathsOf({ routes: routes(100) }), pathsOf({ routes: routes(101) })]).toEqual([
      ["routes"],
      [],
      ["routes"],
    ]);
  });
});
