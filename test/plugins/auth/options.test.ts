import { describe, expect, test } from "bun:test";
import { auth } from "../../../plugins/auth/index.ts";
import { readSettings } from "../../../src/config/load.ts";
import { Default } from "typebox/value";
import type { AuthOptions } from "../../../plugins/auth/options.ts";

/** What is wrong with these variables. */
const problemsOf = (environment: Record<string, string>) =>
  readSettings({ file: undefined, environment, flags: {} }, [auth]).problems.map(
    ({ path, wanted, got, source }) => `${source}: ${path}: ${wanted}: ${got}`,
  );
const key = { SECRET_KEY: "k".repeat(32) };

describe("SECRET_KEY", () => {
  test("is wanted, but for DEBUG=true", () => {
    expect(problemsOf({})).toEqual(["SECRET_KEY: secret_key: a text of at least 32 bytes: nothing"]);
    expect(problemsOf({ DEBUG: "true" })).toEqual([]);
    expect(problemsOf(key)).toEqual([]);
  });

  test("that is too short is one problem, not two, and not shown", () => {
    const problems = problemsOf({ SECRET_KEY: "planted" });
    expect(problems).toHaveLength(1);
    expect(problems[0]).toStartWith("SECRET_KEY: secret_key: a text of at least 32 bytes: ");
    expect(problems[0]).not.toContain("planted");
  });

  test("has its bytes counted", () => {
    expect(problemsOf({ SECRET_KEY: "é".repeat(16) })).toEqual([]);
    expect(problemsOf({ SECRET_KEY: "k".repeat(31) })).toHaveLength(1);
  });
});

test.each([
  ["ACCESS_TOKEN_EXPIRE_MINUTES", ["0", "-1", "1441", "soon"], ["0.5", "30", "1440"]],
  ["TOKEN_ALGORITHM", ["none", "hs256", "HS512"], ["HS256", "RS256", "ES256", "EdDSA"]],
  ["KEY_ROTATION_DAYS", ["0", "366"], ["0.01", "30"]],
  ["AUTH_SERVICE_URL", ["auth:8010", "file:///etc/passwd", "http://u:p@auth/"], ["http://auth:8010/verify"]],
])("%s refuses %p and takes %p", (name, wrong, right) => {
  for (const value of wrong) expect(problemsOf({ ...key, [name]: value })).toHaveLength(1);
  for (const value of right) expect(problemsOf({ ...key, [name]: value })).toEqual([]);
});

test("a route that says nothing forwards no token and asks for no assertion", () => {
  expect(Default(auth.routeOptions ?? {}, {})).toEqual({ forward_token: false, assertion: false });
  expect((Default(auth.options, {}) as AuthOptions).trusted_issuers).toEqual([]);
});
