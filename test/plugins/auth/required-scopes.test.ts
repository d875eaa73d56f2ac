import { expect, test } from "bun:test";
import { hasScopes, requiredScopes } from "../../../plugins/auth/required-scopes.ts";
import { route } from "./exchanges.ts";

test("GET and HEAD need read, everything else write", () => {
  for (const method of ["GET", "HEAD"]) expect(requiredScopes(route, method)).toEqual(["read"]);
  for (const method of ["POST", "PUT", "DELETE", "OPTIONS", "get"]) {
    expect(requiredScopes(route, method)).toEqual(["write"]);
  }
});

test("a route's own scopes count for every method", () => {
  for (const method of ["GET", "POST"])
    expect(requiredScopes({ ...route, scopes: ["a", "b"] }, method)).toEqual(["a", "b"]);
});

test.each([
  [["read"], ["read"], true],
  [["read", "write"], ["read"], false],
  [["read", "write"], ["write", "x", "read"], true],
  [["read", "write"], ["admin"], true],
  [["service"], ["admin"], false],
  [["reports"], ["admin"], false],
  [["admin"], ["read", "write"], false],
  [["admin"], ["admin:*", "administrator", "Admin"], false],
  [["read"], ["reader", "readwrite", "rea"], false],
  [["read"], [], false],
])("%p is covered by %p: %p", (required, scopes, covered) => {
  expect(hasScopes({ kind: "user", subject: "ada", scopes }, required)).toBe(covered);
});
