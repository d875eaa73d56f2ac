import { expect, test } from "bun:test";
import { grantScopes, parseAskedScopes } from "../../../plugins/auth/granted-scopes.ts";
import { thrownBy } from "../registry/thrown.ts";

test.each([
  [undefined, undefined],
  ["", undefined],
  ["  ", undefined],
  ["read", ["read"]],
  ["read write read", ["read", "write"]],
  ["admin:* x/y", ["admin:*", "x/y"]],
])("%p asks for %p", (text, asked) => {
  expect(parseAskedScopes(text)).toEqual(asked);
});

test.each(["\t", "read\twrite", 'a"b', "a\\b", "é", "x".repeat(65)])("%p is no list of scopes", async (text) => {
  const { details } = await thrownBy(() => parseAskedScopes(text));
  expect(details["oauth_error"]).toBe("invalid_scope");
});

test("who asks for nothing gets all, who asks for more gets what there is", () => {
  const has = ["read", "admin"];
  expect(grantScopes(has, undefined)).toEqual(has);
  expect(grantScopes(has, ["admin", "write"])).toEqual(["admin"]);
  expect(grantScopes(has, ["adm", "READ"])).toEqual([]);
});
