import { describe, expect, test } from "bun:test";
import { createStanding } from "../../../plugins/auth/standing.ts";
import type { Verified } from "../../../plugins/auth/tokens/verifier.ts";
import { apiKeys, usersContent } from "../../support/users-file.ts";
import { accountsWith } from "./accounts/users-file.ts";
import { faultOf } from "./tokens/faults.ts";

const accounts = accountsWith(await usersContent());
const inFile = createStanding(accounts, { hasFile: true, hasOtherUsers: false });
const besideService = createStanding(accounts, { hasFile: true, hasOtherUsers: true });
const withoutFile = createStanding(accountsWith({}), { hasFile: false, hasOtherUsers: false });

const verified = (subject: string, more: Partial<Verified> = {}, kind: "user" | "client" = "user"): Verified => ({
  principal: { kind, subject, scopes: ["read"] },
  jti: "j",
  family: "f",
  ...more,
});

const others = (subject: string): Verified => ({
  ...verified(subject),
  principal: { kind: "user", subject, scopes: ["read"], issuer: "https://other.example" },
});

describe("a token that was good", () => {
  test.each([
    ["of a user that is there", inFile, verified("ada"), "counts"],
    ["of a user that is disabled", inFile, verified("dora"), "revoked"],
    ["of a disabled user, made by hand", inFile, verified("dora", { family: undefined }), "revoked"],
    ["of a user that has left", inFile, verified("gone"), "revoked"],
    ["made by hand for somebody that no file knows", inFile, verified("gone", { family: undefined }), "counts"],
    ["of a user of the Auth Service", besideService, verified("gone"), "counts"],
    ["of one that the file disables all the same", besideService, verified("dora"), "revoked"],
    ["of a client that is there", inFile, verified("billing", { family: undefined }, "client"), "counts"],
    ["of a client that is disabled", inFile, verified("closed", { family: undefined }, "client"), "revoked"],
    ["of a client that has left", inFile, verified("gone", { family: undefined }, "client"), "revoked"],
    ["of a client with a user's name", inFile, verified("ada", {}, "client"), "revoked"],
    ["of another issuer's dora", inFile, others("dora"), "counts"],
    ["of anybody, without a file", withoutFile, verified("gone"), "counts"],
  ])("%s", async (_, standing, token, end) => {
    expect(await faultOf(() => standing.confirm(token))).toBe(end);
  });
});

test("a session has the scopes of its owner as they are now", () => {
  const owner = (subject: string) => ({ kind: "user", subject, scopes: ["old"] }) as const;
  expect(inFile.scopesOf(owner("ben"))).toEqual(["read"]);
  expect(inFile.scopesOf(owner("dora"))).toBeUndefined();
  expect(inFile.scopesOf(owner("gone"))).toBeUndefined();
  expect(besideService.scopesOf(owner("gone"))).toEqual(["old"]);
  expect(besideService.scopesOf(owner("dora"))).toBeUndefined();
});

test.each([
  ["reader", apiKeys.reader, "counts"],
  ["disabled", apiKeys.disabled, "revoked"],
  ["over", apiKeys.over, "expired"],
  ["unknown", "nobody", "bad_signature"],
])("an API key that is %s", async (_, key, end) => {
  expect(await faultOf(() => inFile.ofKey(key, Date.now()))).toBe(end);
});

test("an API key counts until the moment of its end", async () => {
  const endMs = Date.parse("2020-01-31T00:00:00Z");
  expect(inFile.ofKey(apiKeys.over, endMs - 1)).toMatchObject({ kind: "api_key", subject: "over", expiresAtMs: endMs });
  expect(await faultOf(() => inFile.ofKey(apiKeys.over, endMs))).toBe("expired");
});
