import { expect, test } from "bun:test";
import { hideCredentials, tellService } from "../../../plugins/auth/upstream-identity.ts";
import { newExchange } from "./exchanges.ts";

test.each([
  ["ada", "ada"],
  ["ada@example.org", "ada@example.org"],
  ["eve 100%", "eve%20100%25"],
  ["Zoë", "Zo%C3%AB"],
  ["a\r\nx-admin: 1", "a%0D%0Ax-admin%3A%201"],
])("%p is told as %p", (subject, told) => {
  const { exchange, upstream } = newExchange();
  tellService(exchange, { kind: "user", subject, scopes: ["read", "x"] }, false);
  expect(upstream).toEqual({ "x-authenticated-user": told, "x-authenticated-scopes": "read x" });
});

test.each([
  ["Bearer t", true],
  ["bearer t", true],
  ["Bearer", true],
  ["Bearer\tt", true],
  ["Bearer t, Bearer u", true],
  ["Basic YTpi, Bearer t", true],
  ["Basic YTpi", false],
  ["Digest username=bearer", false],
  ["Bearers t", false],
])("of %p is hidden: %p", (authorization, hidden) => {
  const { exchange, upstream } = newExchange({ authorization });
  hideCredentials(exchange, false);
  expect("authorization" in upstream).toBe(hidden);
});

test("whose word the name is, is told where it is not the gateway's own", () => {
  const { exchange, upstream } = newExchange();
  tellService(exchange, { kind: "user", subject: "ada", scopes: [], issuer: "https://login.example.org" }, false);
  expect(upstream).toMatchObject({
    "x-authenticated-user": "ada",
    "x-authenticated-issuer": "https://login.example.org",
  });
});
