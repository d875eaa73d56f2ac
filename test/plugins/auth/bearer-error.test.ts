import { expect, test } from "bun:test";
import { bearerChallenge, insufficientScope } from "@isaas/gateway-sdk/demand-scope";
import { unauthorized } from "../../../plugins/auth/bearer-error.ts";
import type { TokenFault } from "../../../plugins/auth/tokens/token-error.ts";

const faults: readonly TokenFault[] = [
  "malformed",
  "expired",
  "not_yet_valid",
  "bad_signature",
  "wrong_issuer",
  "wrong_audience",
  "revoked",
];

test("without credentials the challenge names no error (RFC 6750 section 3.1)", () => {
  const { code, status, details, headers } = unauthorized("missing");
  expect([code, status, details]).toEqual(["AUTH_ERROR", 401, { reason: "missing" }]);
  expect(headers).toEqual({ "www-authenticate": bearerChallenge });
});

test.each([...faults])("%s is an invalid token with a description of its own", (fault) => {
  const { status, details, headers, message } = unauthorized(fault);
  expect([status, details]).toEqual([401, { reason: fault }]);
  // What may stand in error_description: RFC 6750 section 3.
  expect(message).toMatch(/^[ !#-[\]-~]+$/);
  const challenge = `Bearer realm="gateway", error="invalid_token", error_description="${message}"`;
  expect(headers).toEqual({ "www-authenticate": challenge });
});

test("each fault has words of its own", () => {
  expect(new Set(faults.map((fault) => unauthorized(fault).message)).size).toBe(faults.length);
});

test("a refusal for want of scopes names all of them", () => {
  const { code, status, details, headers } = insufficientScope(["read", "reports"]);
  expect([code, status, details]).toEqual(["INSUFFICIENT_SCOPE", 403, { required_scopes: ["read", "reports"] }]);
  expect(headers["www-authenticate"]).toBe(`${bearerChallenge}, error="insufficient_scope", scope="read reports"`);
});
