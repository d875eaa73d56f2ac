import { SignJWT } from "jose";
import { secretKey } from "./open-routes.ts";

/** A token as anybody could make it who has the secret; what is undefined is left out. */
export function handMadeToken(
  claims: Readonly<Record<string, unknown>> = {},
  { typ = "at+jwt", secret = secretKey }: { readonly typ?: string | undefined; readonly secret?: string } = {},
): Promise<string> {
  const nowSeconds = Math.floor(Date.now() / 1000);
  const all = { sub: "ada", scope: "read write", iat: nowSeconds, exp: nowSeconds + 600, ...claims };
  const header = { alg: "HS256", ...(typ === "" ? {} : { typ }) };
  return new SignJWT(JSON.parse(JSON.stringify(all))).setProtectedHeader(header).sign(new TextEncoder().encode(secret));
}

/** Seconds since 1970, so far from now. */
export const inSeconds = (seconds: number): number => Math.floor(Date.now() / 1000) + seconds;
