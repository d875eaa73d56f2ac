import { expect, test } from "bun:test";
import { passOn } from "../../../plugins/auth/token-answer.ts";

test("passes on what belongs to a token answer, and nothing else", () => {
  const answer = { access_token: "a", expires_in: 60, scope: "orders:read", refresh_token: "r", debug: "secret" };
  expect(passOn(answer)).toEqual({
    access_token: "a",
    token_type: "bearer",
    expires_in: 60,
    scope: "orders:read",
    refresh_token: "r",
  });
});

test("leaves out fields of a wrong type", () => {
  const answer = { access_token: "a", expires_in: "60", scope: ["orders:read"], refresh_token: null };
  expect(passOn(answer)).toEqual({ access_token: "a", token_type: "bearer" });
});

test.each([{}, { access_token: 7 }, { access_token: null }])("%j is no token answer", (answer) => {
  expect(() => passOn(answer)).toThrow(expect.objectContaining({ code: "SERVICE_UNAVAILABLE" }));
});
