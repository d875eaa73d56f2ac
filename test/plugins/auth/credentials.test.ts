import { expect, test } from "bun:test";
import { type Credentials, credentialsOf } from "../../../plugins/auth/credentials.ts";
import { newExchange } from "./exchanges.ts";

const none: Credentials = { kind: "none" };
const malformed: Credentials = { kind: "malformed" };
const token = (text: string): Credentials => ({ kind: "token", token: text });

const cases: readonly (readonly [name: string, headers: Record<string, string>, Credentials])[] = [
  ["nothing", {}, none],
  ["a cookie", { cookie: "token=t" }, none],
  ["a bearer token", { authorization: "Bearer t.o-k_" }, token("t.o-k_")],
  ["another spelling of the scheme", { authorization: "bEARER t" }, token("t")],
  ["two spaces", { authorization: "Bearer  t" }, token("t")],
  ["a tab", { authorization: "Bearer\tt" }, malformed],
  ["the scheme alone", { authorization: "Bearer" }, malformed],
  ["no space", { authorization: "Bearert" }, malformed],
  ["two tokens", { authorization: "Bearer t u" }, malformed],
  ["two headers", { authorization: "Bearer t, Bearer t" }, malformed],
  ["Basic", { authorization: "Basic YTpi" }, malformed],
  ["an empty header", { authorization: "" }, malformed],
  ["a key", { "x-api-key": "k" }, { kind: "api_key", key: "k" }],
  ["a key of 512 characters", { "x-api-key": "k".repeat(512) }, { kind: "api_key", key: "k".repeat(512) }],
  ["a key of 513 characters", { "x-api-key": "k".repeat(513) }, malformed],
  ["two keys", { "x-api-key": "k, k" }, malformed],
  ["an empty key", { "x-api-key": "" }, malformed],
  ["a key and a token", { authorization: "Bearer t", "x-api-key": "k" }, malformed],
  ["a key and Basic", { authorization: "Basic YTpi", "x-api-key": "k" }, malformed],
];

test.each(cases)("%s", (_, headers, credentials) => {
  expect(credentialsOf(newExchange(headers).exchange)).toEqual(credentials);
});
