import { randomUUID } from "node:crypto";
import { signClaims } from "../../sdk/testing/sign-token.ts";
import { secretKey } from "./open-routes.ts";

/** An access token as the gateway signs them with the tests' key; `claims` go over those that stand here. */
export function signToken(claims: Readonly<Record<string, unknown>> = {}, secret = secretKey): string {
  const seconds = Math.floor(Date.now() / 1000);
  const standard = { sub: "tester", scope: "read write", iat: seconds, exp: seconds + 3600, jti: randomUUID() };
  return signClaims(secret, { ...standard, ...claims });
}

/** The header of somebody who may do everything. */
export function asAdmin(): { readonly authorization: string } {
  return { authorization: `Bearer ${signToken({ scope: "admin" })}` };
}
