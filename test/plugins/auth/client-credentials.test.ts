import { expect, test } from "bun:test";
import { clientCredentialsOf } from "../../../plugins/auth/client-credentials.ts";
import { thrownBy } from "../registry/thrown.ts";

const of = (authorization: string | null, parameters: Record<string, string> = {}) =>
  clientCredentialsOf(authorization, new Map(Object.entries(parameters)));
const basic = (text: string): string => `Basic ${Buffer.from(text).toString("base64")}`;
const inBody = { client_id: "billing", client_secret: "s" };

test.each([
  ["nothing", null, {}, undefined],
  ["an id alone, which proves nothing", null, { client_id: "billing" }, undefined],
  ["a secret alone", null, { client_secret: "s" }, undefined],
  ["another scheme", "Bearer t", {}, undefined],
  ["the body", null, inBody, { id: "billing", secret: "s" }],
  ["the body beside another scheme", "Bearer t", inBody, { id: "billing", secret: "s" }],
  ["Basic", basic("billing:s"), {}, { id: "billing", secret: "s" }],
  ["Basic in capitals", basic("billing:s").replace("Basic", "BASIC"), {}, { id: "billing", secret: "s" }],
  ["Basic beside the same id", basic("billing:s"), { client_id: "billing" }, { id: "billing", secret: "s" }],
  ["a colon in the secret", basic("billing:a:b"), {}, { id: "billing", secret: "a:b" }],
  ["form-encoded parts", basic("a%3Ab:c+%C3%A9"), {}, { id: "a:b", secret: "c é" }],
  ["a percent sign that encodes nothing", basic("billing:100%"), {}, { id: "billing", secret: "100%" }],
  ["empty parts", basic(":"), {}, { id: "", secret: "" }],
])("from %s", (_, authorization, parameters, credentials) => {
  expect(of(authorization, parameters)).toEqual(credentials);
});

test.each([
  ["two secrets", basic("billing:s"), inBody, "client_secret"],
  ["two ids", basic("billing:s"), { client_id: "other" }, "client_id"],
  ["Basic without a colon", basic("billing"), {}, "authorization"],
])("%s are refused without a word of them", async (_, authorization, parameters, path) => {
  const { code, details } = await thrownBy(() => of(authorization, parameters));
  expect(code).toBe("INVALID_REQUEST");
  expect(details).toMatchObject({ oauth_error: "invalid_request", problems: [{ path }] });
  expect(JSON.stringify(details)).not.toContain("billing");
});
