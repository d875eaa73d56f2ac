import { expect, test } from "bun:test";
import { GatewayError } from "@isaas/gateway-sdk/errors";
import type { Principal } from "@isaas/gateway-sdk/plugin";
import { createIdentify, type IdentitySources } from "../../../plugins/auth/identity.ts";
import { TokenError } from "../../../plugins/auth/tokens/token-error.ts";
import { thrownBy } from "../registry/thrown.ts";
import { newExchange } from "./exchanges.ts";

const ada: Principal = { kind: "user", subject: "ada", scopes: [] };
const key: Principal = { kind: "api_key", subject: "key", scopes: [] };
const refuse = (): never => {
  throw new TokenError("expired");
};

const identify = (headers: Record<string, string>, sources: Partial<IdentitySources> = {}) =>
  createIdentify({ verifyToken: () => ada, findKey: () => key, ...sources })(newExchange(headers).exchange);
const bearer = { authorization: "Bearer t" };

test("who shows nothing is nobody, and no error", () => {
  expect(identify({}, { verifyToken: refuse, findKey: refuse })).toBeUndefined();
});

test("a known token is told without waiting, an unknown one later", async () => {
  expect(identify(bearer)).toBe(ada);
  const later = identify(bearer, { verifyToken: () => Promise.resolve(ada) });
  expect(later).toBeInstanceOf(Promise);
  expect(await later).toBe(ada);
});

test("an API key is looked up as one", () => {
  expect(identify({ "x-api-key": "k" }, { verifyToken: refuse })).toBe(key);
});

test.each([
  ["thrown", refuse],
  ["rejected", async () => refuse()],
])("a fault that is %s is AUTH_ERROR with its reason", async (_, verifyToken) => {
  const { code, details } = await thrownBy(() => identify(bearer, { verifyToken }));
  expect([code, details]).toEqual(["AUTH_ERROR", { reason: "expired" }]);
});

test("a key that does not count, and what is malformed, are AUTH_ERROR", async () => {
  const ofKey = await thrownBy(() => identify({ "x-api-key": "k" }, { findKey: refuse }));
  expect(ofKey.details).toEqual({ reason: "expired" });
  expect((await thrownBy(() => identify({ authorization: "Basic x" }))).details).toEqual({ reason: "malformed" });
});

test("whatever else goes wrong is nobody's bad token", async () => {
  const away = new GatewayError("SERVICE_UNAVAILABLE", { message: "away" });
  expect(await thrownBy(() => identify(bearer, { verifyToken: () => Promise.reject(away) }))).toBe(away);
  const bug = new Error("bug");
  const thrown = async () => identify(bearer, { verifyToken: () => Promise.reject(bug) });
  await expect(thrown()).rejects.toBe(bug);
});
